import { type Static, Type } from 'typebox';

const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' });

/**
 * A postal address as API.md has it. `country` is ISO 3166-1 alpha-2; `region` a state, province or county in words.
 */
export const Address = Type.Object(
  {
    name: line(200),
    line1: line(200),
    line2: Type.Optional(Type.String({ maxLength: 200 })),
    city: line(100),
    region: line(100),
    postal_code: line(20),
    country: Type.String({ pattern: '^[A-Z]{2}$' }),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);
export type Address = Static<typeof Address>;
