import { type Audit, AuditReport } from '#audit';
import { type App, answers } from '#platform/http';

export function auditRoutes(app: App, { audit }: { audit: Audit }): void {
  app.get(
    '/api/admin/audit',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Run every invariant over the whole shop; for a very large shop use `npm run audit`',
        tags: ['admin: operations'],
        response: answers({ 200: AuditReport }),
      },
    },
    () => audit.runAudit({}),
  );
}
