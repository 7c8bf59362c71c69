import { LinkButton } from '#design/forms';
import { useView } from '#design/view';
import { tellReason } from './decline-reason.ts';
import { OwnLink, type OwnLinkProps, Telling } from './order-telling.tsx';

/** Where the payment is confirmed, and by whom. */
export interface Bank {
  url: string;
  gateway: string;
}

/** What an unpaid order waits for: the first answer, a transfer, what became of it, or the money that was set aside. */
export type WaitsFor = 'answer' | 'transfer' | 'outcome' | 'capture';

/** Where a failed order can be paid in another way. */
export interface Retry {
  checkout_id: string;
  minutes: number;
}

interface WaitingProps extends OwnLinkProps {
  bank: Bank | undefined;
  waitsFor: WaitsFor;
  /** Its person has just come back from the bank, whose word is mostly a moment behind. */
  isBack: boolean;
}

export function Waiting(props: WaitingProps) {
  const { bank, waitsFor, isBack } = props;
  const { orders } = useView().words;
  if (bank !== undefined) return isBack ? <BackFromBank {...props} bank={bank} /> : <ToBank {...props} bank={bank} />;
  const { title, text } = orders.waits[waitsFor];
  return (
    <Telling tone="careful" title={title}>
      <p>{text}</p>
      <p>{orders.waitingText}</p>
      <OwnLink {...props} />
    </Telling>
  );
}

function ToBank({ bank, ...own }: WaitingProps & { bank: Bank }) {
  const { orders } = useView().words;
  const said = bank.gateway === 'paypal' ? orders.confirmAt.paypal : orders.confirmAt.bank;
  return (
    <Telling tone="careful" title={said.title}>
      <p>{said.text}</p>
      <p class="notice-way">
        <LinkButton href={bank.url} icon="lock">
          {said.go}
        </LinkButton>
      </p>
      <OwnLink {...own} />
    </Telling>
  );
}

function BackFromBank({ bank, ...own }: WaitingProps & { bank: Bank }) {
  const { orders } = useView().words;
  const said = bank.gateway === 'paypal' ? orders.confirmAt.paypal : orders.confirmAt.bank;
  return (
    <Telling tone="careful" title={said.backTitle}>
      <p>{orders.waitingText}</p>
      <p>
        {said.notYet}{' '}
        <a class="text-link" href={bank.url}>
          {said.go}
        </a>
      </p>
      <OwnLink {...own} />
    </Telling>
  );
}

export function Failed({ reason, retry }: { reason: string | null; retry: Retry | undefined }) {
  const { words, to } = useView();
  const { orders, checkout } = words;
  return (
    <Telling tone="bad" title={orders.failedTitle}>
      <p>{tellReason(words, reason)}</p>
      <p>{retry === undefined ? orders.failedText : `${orders.nothingTaken} ${checkout.minutesLeft(retry.minutes)}`}</p>
      <p class="notice-way">
        <LinkButton href={to(retry === undefined ? '/checkout' : `/checkout/${retry.checkout_id}`)}>
          {retry === undefined ? orders.tryAgain : orders.payOtherwise}
        </LinkButton>
      </p>
    </Telling>
  );
}
