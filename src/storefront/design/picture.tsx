import { Icon } from './icon.tsx';

export interface PictureProps {
  url: string | undefined;
  /** Empty where the words beside it say the same. */
  alt: string;
  /** How wide it is shown, as `sizes` of HTML has it. */
  sizes: string;
  /** Seen without scrolling: loaded at once and first. */
  isFirst?: boolean;
}

/** A product's picture on its placeholder. */
export function Picture({ url, alt, sizes: _sizes, isFirst = false }: PictureProps) {
  return (
    <div class="picture">
      <Icon name="picture" />
      {url !== undefined && (
        <img
          src={url}
          alt={alt}
          width={800}
          height={800}
          loading={isFirst ? undefined : 'lazy'}
          fetchpriority={isFirst ? 'high' : undefined}
          decoding="async"
          referrerpolicy="no-referrer"
        />
      )}
    </div>
  );
}
