import { type Access, type Caller, mayEnter } from './identity.ts';
import { edgeProblem } from './problem.ts';

/** Throws the problem that is told to who may not; for routes of which a part is not for everybody. */
export function demandAccess({ caller }: { caller: Caller }, access: Access): void {
  const entry = mayEnter(caller, access);
  if (entry === 'UNAUTHENTICATED') throw edgeProblem(entry, { headers: { 'WWW-Authenticate': 'Bearer' } });
  if (entry === 'FORBIDDEN') throw edgeProblem(entry);
}
