import type { Letter } from './render-letter.ts';

/** What a person is told of their account. A token is the only key to what it opens: it stands in its link alone. */

interface Reader {
  name: string;
}

export function verification({ name }: Reader, token: string, shop: string): Letter {
  return {
    subject: 'Please confirm your e-mail address',
    name,
    paragraphs: ['This address was given for an account at our shop. Please confirm that it is yours.'],
    link: { label: 'Confirm the address', url: `${shop}/account/verify?token=${encodeURIComponent(token)}` },
    remark: 'The link works for seven days. If this was not you, do nothing: the address stays unconfirmed.',
  };
}

export function passwordReset({ name }: Reader, token: string, shop: string): Letter {
  return {
    subject: 'Choose a new password',
    name,
    paragraphs: ['Somebody, probably you, has asked for a new password for your account.'],
    link: { label: 'Choose a new password', url: `${shop}/account/reset?token=${encodeURIComponent(token)}` },
    remark: 'The link works once, within an hour. If this was not you, do nothing: your password stays as it is.',
  };
}

export function passwordChanged({ name }: Reader, shop: string): Letter {
  return {
    subject: 'Your password was changed',
    name,
    paragraphs: [
      'The password of your account was changed just now, and all other sessions were ended.',
      'If this was not you, choose a new password at once.',
    ],
    link: { label: 'Choose a new password', url: `${shop}/account/reset` },
  };
}

/** To the address that was replaced: its owner may not be the one who did it. */
export function emailChanged({ name }: Reader, shop: string): Letter {
  return {
    subject: 'The e-mail address of your account was changed',
    name,
    paragraphs: [
      'Your account has another e-mail address now. Mails will no longer come to this one.',
      'If this was not you, answer this mail at once.',
    ],
    link: { label: 'Go to the shop', url: `${shop}/` },
  };
}
