import type { FastifyRequest } from 'fastify';
import { LinkButton } from '#design/forms';
import { Empty } from '#design/parts';
import { type Site, toHtml, viewAt } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import type { ProblemPage } from '#platform/problem-page';
import { type Language, languages, preferredLanguage } from '../words/languages.ts';
import type { Words } from '../words/words.ts';

/** The page of a problem. Who is not signed in is led to the login, and back afterwards. */
export function problemPages(site: Site): ProblemPage {
  return (request, { status }) => {
    const { language, address } = placeOf(request);
    const isUnknown = request.caller.kind === 'nobody' || request.caller.kind === 'guest';
    if (status === 401 || (status === 403 && isUnknown && request.method === 'GET')) {
      return { redirect: `/${language}/login?next=${encodeURIComponent(address)}` };
    }
    const view = viewAt(site, language, request.method === 'GET' ? address : '/');
    return { html: toHtml(view, <ProblemBody status={status} requestId={request.id} />) };
  };
}

function placeOf(request: FastifyRequest): { language: Language; address: string } {
  const [, first] = request.url.split(/[/?]/);
  const language = languages.find(known => known === first);
  if (language === undefined) return { language: preferredLanguage(request.headers['accept-language']), address: '/' };
  return { language, address: request.url.slice(language.length + 1) || '/' };
}

function ProblemBody({ status, requestId }: { status: number; requestId: string }) {
  const { words, to, address } = useView();
  const { problems } = words;
  const { title, text } = tell(problems, status);
  return (
    <Shell title={title} width="narrow">
      <Empty icon={status === 404 ? 'search' : 'warning'} title={title} isPage>
        <p>{text}</p>
        {status >= 500 && <p class="quiet">{problems.requestId(requestId)}</p>}
        <div class="button-row">
          <LinkButton href={to('/')}>{problems.goHome}</LinkButton>
          {status >= 429 && (
            <LinkButton kind="secondary" href={to(address)}>
              {problems.tryAgain}
            </LinkButton>
          )}
        </div>
      </Empty>
    </Shell>
  );
}

function tell(problems: Words['problems'], status: number): { title: string; text: string } {
  if (status === 404 || status === 410) return { title: problems.notFoundTitle, text: problems.notFoundText };
  if (status === 403) return { title: problems.forbiddenTitle, text: problems.forbiddenText };
  if (status === 422) return { title: problems.reusedTitle, text: problems.reusedText };
  if (status === 429) return { title: problems.busyTitle, text: problems.busyText };
  if (status === 503) return { title: problems.awayTitle, text: problems.awayText };
  if (status >= 500) return { title: problems.brokenTitle, text: problems.brokenText };
  return { title: problems.badInputTitle, text: problems.badInputText };
}
