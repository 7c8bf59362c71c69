/**
 * Who sends a request. The gateway finds it out once, at the edge; routes ask for an access level in their `config`,
 * and operations take the ids that they need as ordinary input.
 */
export type Caller =
  | { kind: 'nobody' }
  | { kind: 'guest'; person_id: string }
  | { kind: 'user'; person_id: string; role: Role; seller_id: string | null; session_id: string }
  | { kind: 'key' };

export type Role = 'customer' | 'seller' | 'staff';
export type User = Extract<Caller, { kind: 'user' }>;

/**
 * | level | lets in |
 * | --- | --- |
 * | `anyone` | everybody |
 * | `person` | guests and users |
 * | `user` | users of any role |
 * | `seller` | sellers (the operation keeps them to their own), staff and the admin key |
 * | `staff` | staff and the admin key |
 */
export type Access = 'anyone' | 'person' | 'user' | 'seller' | 'staff';

/** UNAUTHENTICATED is told as 401: nobody is there, or the key where a person is needed. FORBIDDEN is told as 403. */
export function mayEnter(caller: Caller, access: Access): 'yes' | 'UNAUTHENTICATED' | 'FORBIDDEN' {
  if (access === 'anyone') return 'yes';
  if (caller.kind === 'nobody') return 'UNAUTHENTICATED';
  if (caller.kind === 'key') return access === 'seller' || access === 'staff' ? 'yes' : 'UNAUTHENTICATED';
  if (access === 'person') return 'yes';
  if (caller.kind === 'guest') return 'FORBIDDEN';
  if (access === 'user' || caller.role === 'staff') return 'yes';
  return access === 'seller' && caller.role === 'seller' ? 'yes' : 'FORBIDDEN';
}

export const nobody: Caller = Object.freeze({ kind: 'nobody' });

/** The person's id, or null for nobody and for the key. */
export function personOf(caller: Caller): string | null {
  return caller.kind === 'guest' || caller.kind === 'user' ? caller.person_id : null;
}
