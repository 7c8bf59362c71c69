import { Notice } from '#design/parts';

/** What was done before this page, or why it was not: said aloud when the page comes. Nothing where nothing was. */
export function Said({ done, refused }: { done?: string | undefined; refused?: string | undefined }) {
  return (
    <>
      {done !== undefined && (
        <Notice tone="good" isNews>
          {done}
        </Notice>
      )}
      {refused !== undefined && (
        <Notice tone="bad" isNews>
          {refused}
        </Notice>
      )}
    </>
  );
}
