/** What people write, by the stars that they give. `{noun}` is what they bought. */
export interface ReviewTexts {
  titles: readonly string[];
  opens: readonly string[];
  ends: readonly string[];
}

const delighted: ReviewTexts = {
  titles: [
    'Exactly what I hoped for',
    'Would buy it again',
    'Better than expected',
    'A joy every day',
    'Cannot fault it',
    'My favorite purchase this year',
    'Worth every cent',
    'Just right',
    'Five stars, easily',
    'Wonderful quality',
  ],
  opens: [
    'I looked for a good {noun} for months and this is the one.',
    'Bought this {noun} as a gift and then a second one for myself.',
    'After four weeks of daily use I am still happy with this {noun}.',
    'This {noun} is even nicer than in the pictures.',
    'I was not sure at this price, but the {noun} convinced me at once.',
    'Everything about this {noun} feels thought through.',
    'My old {noun} lasted ten years; I expect the same of this one.',
  ],
  ends: [
    'Delivery took two days.',
    'Can only recommend it.',
    'Thank you for the careful packing!',
    'I have told all my friends.',
    'No complaints at all.',
    'The seller answered my question within the hour.',
  ],
};

const content: ReviewTexts = {
  titles: [
    'Very good, one small thing',
    'Good value',
    'Solid choice',
    'Happy with it',
    'Does what it should',
    'Nearly perfect',
    'Good, not flawless',
    'Recommended',
  ],
  opens: [
    'A good {noun}, all in all.',
    'The {noun} does what it promises.',
    'I am happy with this {noun}, though it is not perfect.',
    'Nice {noun} for the money.',
    'Took me a day to get used to this {noun}, now I like it.',
  ],
  ends: [
    'One star off because the box arrived dented.',
    'A little cheaper and it would have all five stars.',
    'I would have liked more colors to choose from.',
    'Delivery took a day longer than announced.',
    'I would buy it again.',
  ],
};

const mixed: ReviewTexts = {
  titles: [
    'It is all right',
    'Mixed feelings',
    'Average',
    'Good idea, so-so result',
    'Neither good nor bad',
    'Okay for the price',
  ],
  opens: [
    'The {noun} is fine, but I expected a bit more.',
    'It does the job, nothing more.',
    'I like the look of this {noun} more than using it.',
    'For the price this {noun} is acceptable.',
  ],
  ends: [
    'I am keeping it, but would choose another one next time.',
    'Perhaps I was unlucky with mine.',
    'Look at the measurements before you order.',
    'It will do for now.',
  ],
};

const unhappy: ReviewTexts = {
  titles: [
    'Disappointed',
    'Not for me',
    'Sent it back',
    'Expected better',
    'Would not buy again',
    'Looks better than it is',
  ],
  opens: [
    'I wanted to like this {noun}, but no.',
    'Sadly this {noun} went back after a week.',
    'Not what I expected from the description.',
    'This {noun} did not last.',
  ],
  ends: [
    'At least the refund came quickly.',
    'The replacement was no better.',
    'The seller was friendly about it, hence not the worst rating.',
    'There are better ones for the same money.',
  ],
};

export const reviewTexts: Readonly<Record<number, ReviewTexts>> = {
  5: delighted,
  4: content,
  3: mixed,
  2: unhappy,
  1: unhappy,
};

export const firstNames: readonly string[] = [
  'Aisha',
  'Ben',
  'Carla',
  'Daniel',
  'Elena',
  'Femi',
  'Grace',
  'Hiro',
  'Ingrid',
  'Jonas',
  'Kavya',
  'Leo',
  'Marta',
  'Nils',
  'Olivia',
  'Pedro',
  'Quinn',
  'Rosa',
  'Samir',
  'Tessa',
  'Uma',
  'Viktor',
  'Wanda',
  'Xavier',
  'Yara',
  'Zoe',
  'Amara',
  'Bjorn',
  'Chloe',
  'Dev',
];
export const lastInitials: readonly string[] = [...'ABCDEFGHJKLMNOPRSTVW'];
