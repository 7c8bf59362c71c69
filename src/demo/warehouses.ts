import type { Warehouse } from '#inventory';

/** Three places, so that a shopper's address decides where a parcel comes from. */
export const demoWarehouses: readonly Warehouse[] = [
  { warehouse_id: '00000000-0000-7000-8000-0000000d0001', name: 'Newark', country: 'US', region: 'NJ' },
  { warehouse_id: '00000000-0000-7000-8000-0000000d0002', name: 'Joliet', country: 'US', region: 'IL' },
  { warehouse_id: '00000000-0000-7000-8000-0000000d0003', name: 'Ontario', country: 'US', region: 'CA' },
];
