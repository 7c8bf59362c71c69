import { Field } from '#design/forms';
import { Panel } from '#design/parts';
import { Picture } from '#design/picture';
import { useView } from '#design/view';
import type { DraftErrors, ProductDraft } from './product-draft.ts';
import { tellError } from './tell-error.ts';

const MORE_ROWS = 1;

/** What the upload of a browser with JavaScript says, and where it sends the files. */
function uploadIsland(goods: ReturnType<typeof useView>['words']['goods']) {
  return {
    'data-island': 'upload-pictures',
    'data-uploading': goods.uploading,
    'data-uploaded': goods.uploaded,
    'data-failed': goods.uploadFailed,
  };
}

/** The pictures of a product: each with its place, the way out, and ways to add more. */
export function ImageRows({ draft, errors }: { draft: ProductDraft; errors: DraftErrors }) {
  const { words } = useView();
  const { goods } = words;
  const { images } = draft;
  return (
    <Panel title={goods.pictures}>
      <p class="quiet">{goods.picturesHint}</p>
      {errors.pictures !== undefined && <p class="wrong">{tellError(words, errors, 'pictures')}</p>}
      <div class="stack" {...uploadIsland(goods)}>
        <ol class="image-rows">
          {images.map((url, index) => (
            <ImageRow key={url} row={index + 1} url={url} error={tellError(words, errors, `image_${index + 1}_url`)} />
          ))}
        </ol>
        <template>
          <ImageRow row={0} url="" />
        </template>
        {Array.from({ length: MORE_ROWS }, (_, index) => images.length + index + 1).map(row => (
          <Field
            key={row}
            name={`image_${row}_url`}
            type="url"
            label={goods.newPictureAddress}
            more={{ placeholder: 'https://', maxLength: 2000 }}
          />
        ))}
        <Field
          name="pictures"
          type="file"
          label={goods.upload}
          hint={goods.uploadHint}
          more={{ accept: 'image/jpeg,image/png,image/webp,image/avif,image/gif', multiple: true }}
        />
        <output class="quiet" aria-live="polite" />
      </div>
    </Panel>
  );
}

/** Row 0 is the pattern of those that a browser adds. */
function ImageRow({ row, url, error }: { row: number; url: string; error?: string | undefined }) {
  const { words, number } = useView();
  const { goods } = words;
  const shown = row === 0 ? '0' : number(row);
  return (
    <li class="image-row">
      <Picture url={url === '' ? undefined : url} alt="" sizes="6rem" />
      <div>
        <Field name={`image_${row}_url`} label={goods.pictureAddress(shown)} value={url} error={error} />
        <div class="image-row-place">
          <Field
            name={`image_${row}_order`}
            type="number"
            label={goods.pictureOrder(shown)}
            value={row}
            more={{ min: 0, max: 999, inputMode: 'numeric' }}
          />
          <label class="check">
            <input type="checkbox" name={`image_${row}_remove`} />
            <span>{goods.pictureRemove(shown)}</span>
          </label>
        </div>
      </div>
    </li>
  );
}
