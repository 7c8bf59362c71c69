/** The parts of an OpenAPI 3.1 document that we read or complete ourselves. */
export interface OpenapiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, OpenapiOperation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

export interface OpenapiOperation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }>; headers?: object }>;
  security?: Record<string, string[]>[];
}
