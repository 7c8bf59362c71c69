import type { Module } from '#platform/module';
import { createOutbox } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import { addAddress } from './add-address.ts';
import { confirmPasswordReset } from './confirm-password-reset.ts';
import type { Accounts } from './contract.ts';
import type { AccountsOptions, Deps } from './deps.ts';
import { eraseUser } from './erase-user.ts';
import { exportUser } from './export-user.ts';
import { limitTries, unlimitedTries } from './limit-tries.ts';
import { listUsers } from './list-users.ts';
import { logIn } from './log-in.ts';
import { argon2Hasher } from './password-hasher.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { resolveSessions } from './resolve-sessions.ts';
import { mintMailToken, normaliseEmail, readSessionToken, toSavedAddress, toUser } from './rules.ts';
import { setRole } from './set-role.ts';
import { signUp } from './sign-up.ts';
import { deleteAddress, deleteSession, findUser, findUserByEmail, listAddresses } from './store.ts';
import { sweepExpired } from './sweep-expired.ts';
import { updateUser } from './update-user.ts';
import { verifyEmail } from './verify-email.ts';

const SWEEP_SECONDS = 600;
const SWEEP_TIMEOUT_MS = 60_000;

export function createAccounts(options: AccountsOptions): Module<Accounts> {
  const outbox = createOutbox({ db: options.db, schema: 'accounts', log: options.log, clock: options.clock });
  const deps: Deps = {
    ...options,
    outbox,
    hasher: options.hasher ?? argon2Hasher(),
    tries: options.rateLimits ? limitTries(options.hotStore) : unlimitedTries,
    sessions: resolveSessions(options),
  };
  const { db } = deps;
  const api: Accounts = {
    signUp: input => signUp(deps, input),
    logIn: input => logIn(deps, input),
    async logOut({ token }) {
      const key = readSessionToken(token);
      if (key !== null) await deleteSession(db, key);
      return null;
    },
    async resolveSession({ token }) {
      const key = readSessionToken(token);
      return key === null ? null : await deps.sessions.submit(key);
    },
    async getUser({ user_id }) {
      const row = await findUser(db, user_id);
      return row === undefined ? null : toUser(row);
    },
    updateUser: input => updateUser(deps, input),
    setRole: input => setRole(deps, input),
    listUsers: input => listUsers(deps, input),
    async findUserByEmail({ email }) {
      const row = await findUserByEmail(db, normaliseEmail(email));
      return row === undefined ? null : toUser(row);
    },
    requestPasswordReset: input => requestPasswordReset(deps, input),
    confirmPasswordReset: input => confirmPasswordReset(deps, input),
    verifyEmail: input => verifyEmail(deps, input),
    mintMailToken: async ({ token_id }) => ({ token: mintMailToken(deps.mailTokenSecret, token_id) }),
    listAddresses: async ({ user_id }) => (await listAddresses(db, user_id)).map(toSavedAddress),
    addAddress: input => addAddress(deps, input),
    async removeAddress({ user_id, address_id }) {
      return (await deleteAddress(db, user_id, address_id)) ? accept(null) : refuse('ADDRESS_NOT_FOUND');
    },
    exportUser: input => exportUser(deps, input),
    eraseUser: input => eraseUser(deps, input),
    readEvents: outbox.readEvents,
  };
  const sweep = {
    name: 'accounts_sweep',
    everySeconds: SWEEP_SECONDS,
    run: (signal: AbortSignal) => sweepExpired(deps, signal),
    timeoutMs: SWEEP_TIMEOUT_MS,
  };
  return { api, outbox, jobs: [sweep], stop: () => deps.sessions.stop() };
}
