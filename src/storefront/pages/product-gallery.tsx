import type { CatalogProduct } from '#catalog';
import { Icon } from '#design/icon';
import { Picture, pictureAddress } from '#design/picture';
import { useView } from '#design/view';

/**
 * A row of pictures that is swiped or scrolled, one at a time; the small ones below are links to their places in it.
 * The browser does it all; an island adds buttons and arrow keys.
 */
export function Gallery({ product }: { product: CatalogProduct }) {
  const { words } = useView();
  const { images } = product;
  const isAlone = images.length <= 1;
  return (
    <section class="gallery" aria-label={words.product.pictures} data-island={isAlone ? undefined : 'gallery'}>
      <div class="gallery-frame">
        <Stage product={product} />
        {!isAlone && <Turns />}
      </div>
      {!isAlone && <Thumbnails images={images} />}
    </section>
  );
}

function Stage({ product: { title, images } }: { product: CatalogProduct }) {
  const { words, number } = useView();
  if (images.length === 0) return <Picture url={undefined} alt="" sizes="100vw" />;
  return (
    <ul class="gallery-stage">
      {images.map((url, index) => (
        <li key={url} id={`picture-${index + 1}`}>
          <a
            href={pictureAddress(url)}
            rel="noreferrer"
            aria-label={words.product.openPicture(number(index + 1), number(images.length))}
          >
            <Picture
              url={url}
              alt={index === 0 ? title : words.product.picture(title, number(index + 1))}
              sizes="(width < 60rem) 96vw, 36rem"
              isFirst={index === 0}
            />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Without JavaScript they would do nothing, so it shows them. */
function Turns() {
  const { product } = useView().words;
  return (
    <>
      <button type="button" class="gallery-turn gallery-back" aria-label={product.previousPicture} hidden>
        <Icon name="back" />
      </button>
      <button type="button" class="gallery-turn gallery-on" aria-label={product.nextPicture} hidden>
        <Icon name="arrow" />
      </button>
    </>
  );
}

function Thumbnails({ images }: { images: string[] }) {
  const { words, number } = useView();
  return (
    <ul class="gallery-thumbs">
      {images.map((url, index) => (
        <li key={url}>
          <a href={`#picture-${index + 1}`} aria-label={words.product.showPicture(number(index + 1))}>
            <Picture url={url} alt="" sizes="4.5rem" isFirst={index < 6} />
          </a>
        </li>
      ))}
    </ul>
  );
}
