import type { App } from './http.ts';

/** `/openapi.json` and the reader at `/docs`, for every route that is registered afterwards. */
export async function openapi(
  _app: App,
  _options: { title: string; version: string; description: string },
): Promise<void> {
  throw new Error('written next');
}
