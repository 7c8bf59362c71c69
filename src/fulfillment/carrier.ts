import type { Address } from '#platform/address';

/**
 * The port of carriers: who takes parcels and gives each a tracking number. What becomes of a parcel is told by
 * webhooks, which are the same for every carrier (see `signature.ts`), so one without an adapter can report too.
 */
export interface Carrier {
  readonly name: string;
  /** Idempotent by shipment_id: the same number again. Whatever it throws counts as "not now". */
  handOver(parcel: HandedParcel, signal: AbortSignal): Promise<{ tracking_number: string }>;
}

export interface HandedParcel {
  shipment_id: string;
  order_id: string;
  address: Address;
  parts: { product_id: string; quantity: number }[];
}
