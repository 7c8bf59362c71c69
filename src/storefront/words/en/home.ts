export const home = {
  title: 'Good things, honestly counted',
  lead: 'What you see in stock is in stock: nothing here is ever sold twice.',
  description: 'Books, kitchen, garden, tools and more, from sellers who count their stock.',
  best: 'Best rated',
  newest: 'New in the shop',
  products: (count: string) => `${count} products`,
  emptyTitle: 'The shelves are being filled',
  emptyText: 'The first catalogue is being imported. Come back in a minute.',
};
