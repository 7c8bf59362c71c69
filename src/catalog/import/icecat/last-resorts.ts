/** Where no phrase helps: an attribute that only one kind of thing has, or a brand that makes mostly one kind. */
export const lastResorts: { path: string; has?: string[]; brands?: string[] }[] = [
  { path: 'Displays > Monitors', has: ['response_time', 'viewing_angle__horizontal'] },
  { path: 'Photo & video > Lenses & filters', has: ['lens_structure__elements_groups_', 'filter_size'] },
  { path: 'Power & racks > Batteries', has: ['battery_capacity', 'battery_technology'] },
  { path: 'Printing > Other printers', has: ['print_technology', 'maximum_duty_cycle'] },
  { path: 'Toys & games > Toys', brands: ['Spin Master', 'Step2', 'AXI', 'MGA Entertainment', 'VTech'] },
  { path: 'Printing > Printer accessories', brands: ['Xerox', 'Lexmark', 'OKI', 'KYOCERA', 'Epson', 'Brother'] },
  { path: 'Photo & video > Camera accessories', brands: ['Canon'] },
  { path: 'Power & racks > Racks', brands: ['APC', 'Vertiv', 'Eaton'] },
  { path: 'Displays > Mounts & stands', brands: ["Vogel's", 'Chief', 'B-Tech', 'Newstar', 'Multibrackets'] },
  { path: 'Cables & adapters > Serial & other cables', brands: ['C2G', 'ACT', 'Sandberg'] },
];
