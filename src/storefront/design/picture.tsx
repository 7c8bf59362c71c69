import type { ComponentChildren } from 'preact';
import { pictureSources } from '#catalog';

export interface PictureProps {
  url: string | undefined;
  /** Empty where the words beside it say the same. */
  alt: string;
  /** How wide it is shown, as `sizes` of HTML has it. */
  sizes: string;
  /** Seen without scrolling: loaded at once and first. */
  isFirst?: boolean;
}

/** A product's picture on a placeholder that the style draws, which keeps its place before it is there and when it can't be loaded. */
export function Picture({ url, alt, sizes, isFirst = false }: PictureProps) {
  if (url === undefined) return <PictureFrame />;
  const { avif, webp, width, height } = pictureSources(url);
  return (
    <PictureFrame>
      <picture>
        {avif !== null && <source type="image/avif" srcset={avif} sizes={sizes} />}
        {webp !== null && <source type="image/webp" srcset={webp} sizes={sizes} />}
        <img
          src={pictureAddress(url)}
          alt={alt}
          width={width}
          height={height}
          loading={isFirst ? undefined : 'lazy'}
          fetchpriority={isFirst ? 'high' : undefined}
          decoding="async"
          referrerpolicy="no-referrer"
        />
      </picture>
    </PictureFrame>
  );
}

function PictureFrame({ children }: { children?: ComponentChildren }) {
  return <div class="picture">{children}</div>;
}

/** Where the whole picture is. Old catalogues link by `http:`, which pages don't load; their hosts have TLS by now. */
export function pictureAddress(url: string): string {
  return url.replace(/^http:/, 'https:');
}

/** A small file of it, for what is drawn in the browser. */
export function thumbnailAddress(url: string): string {
  const { webp } = pictureSources(url);
  const files = webp?.split(', ').map(file => file.split(' ')[0]!) ?? [];
  return files[1] ?? files[0] ?? pictureAddress(url);
}
