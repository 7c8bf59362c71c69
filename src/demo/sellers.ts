/** Whose products the demo catalog holds. Each sells in some departments; `sellersOf` says who in which. */
export interface DemoSeller {
  seller_id: string;
  name: string;
  departments: readonly string[];
}

const seller = (number: string, name: string, ...departments: string[]): DemoSeller => ({
  seller_id: `00000000-0000-7000-8000-0000000e00${number}`,
  name,
  departments,
});

export const demoSellers: readonly DemoSeller[] = [
  seller('01', 'Harbor & Hearth', 'Kitchen & dining', 'Home & living'),
  seller('02', 'Voltline Electronics', 'Electronics', 'Office'),
  seller('03', 'Ridgeway Outfitters', 'Outdoor & sports', 'Clothing'),
  seller('04', 'Linden Row', 'Clothing', 'Home & living'),
  seller('05', 'The Quiet Shelf', 'Books & paper', 'Office'),
  seller('06', 'Little Orchard Toys', 'Toys & games', 'Books & paper'),
  seller('07', 'Fern & Fable', 'Garden', 'Home & living'),
  seller('08', 'Paws on Elm', 'Pets'),
  seller('09', 'Bright Basin', 'Beauty & care', 'Kitchen & dining'),
  seller('10', 'Anvil & Oak', 'Tools', 'Garden'),
  seller('11', 'Northgate Supply', 'Office', 'Tools', 'Electronics', 'Pets'),
  seller('12', 'Daybreak Market', 'Toys & games', 'Outdoor & sports', 'Beauty & care'),
];

export function sellersOf(department: string): DemoSeller[] {
  return demoSellers.filter(({ departments }) => departments.includes(department));
}
