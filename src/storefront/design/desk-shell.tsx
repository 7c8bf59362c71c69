import type { ComponentChildren } from 'preact';
import { Document } from './document.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Choices } from './shell.tsx';
import { useView } from './view.tsx';

export interface DeskLink {
  name: string;
  path: string;
  icon: IconName;
}

export interface DeskGroup {
  title: string;
  links: DeskLink[];
}

export interface DeskShellProps {
  title: string;
  /** Whose desk it is, in words. */
  deskTitle: string;
  /** The path of the desk's first page: `/admin`. */
  root: string;
  groups: DeskGroup[];
  /** The path of the menu's entry that this page belongs to. */
  current: string;
  moreScripts?: string[];
  children: ComponentChildren;
}

/** The frame of the pages of those who sell and run the shop: a menu at the side, which a phone opens on demand. */
export function DeskShell({ title, deskTitle, root, groups, current, moreScripts = [], children }: DeskShellProps) {
  const { words, to } = useView();
  const { shell, desk } = words;
  return (
    <Document title={title} styles={['desk.css']} scripts={['desk.js', ...moreScripts]}>
      <a class="skip" href="#content">
        {shell.skipToContent}
      </a>
      <header class="desk-top">
        <a class="logo" href={to(root)}>
          <Icon name="door" />
          <span>{deskTitle}</span>
        </a>
        <div class="button-row">
          <a class="button button-secondary button-small" href={to('/')}>
            {desk.toShop}
          </a>
          <form action={to('/logout')} method="post">
            <button type="submit" class="button button-secondary button-small">
              {desk.signOut}
            </button>
          </form>
        </div>
      </header>
      <div class="desk">
        <aside class="desk-menu" aria-label={desk.menu}>
          <details open data-island="desk-menu">
            <summary>{shell.menu}</summary>
            <nav aria-label={deskTitle}>
              {groups.map(group => (
                <DeskLinks key={group.title} group={group} current={current} />
              ))}
            </nav>
            <Choices />
          </details>
        </aside>
        <main id="content" class="desk-content" tabIndex={-1}>
          {children}
        </main>
      </div>
      <output class="toast" id="toast" aria-live="polite" />
    </Document>
  );
}

function DeskLinks({ group, current }: { group: DeskGroup; current: string }) {
  const { to } = useView();
  return (
    <>
      <p class="desk-group">{group.title}</p>
      <ul>
        {group.links.map(({ name, path, icon }) => (
          <li key={path}>
            <a href={to(path)} aria-current={path === current ? 'page' : undefined}>
              <Icon name={icon} />
              {name}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
