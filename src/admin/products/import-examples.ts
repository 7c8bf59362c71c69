import type { ImportFormat } from '#catalog';

export interface ImportExample {
  file: string;
  type: string;
  text: string;
}

/** A small file of each format, to be downloaded, looked at and filled with one's own. */
export const importExamples: Record<ImportFormat, (currency: string) => ImportExample> = {
  doorbuster: currency => ({
    file: 'doorbuster-example.csv',
    type: 'text/csv',
    text: [
      'external_id,title,description,category_path,brand,price,images,attributes.color,attributes.watts,stock',
      `LAMP-1,Brass desk lamp,A lamp that stays where you turn it.,Home > Lamps,Lumen,49.90 ${currency},,brass,40,12`,
      `LAMP-2,Paper floor lamp,Soft light from rice paper.,Home > Lamps,Lumen,89.00 ${currency},,white,60,5`,
      '',
    ].join('\n'),
  }),
  'google-merchant': currency => ({
    file: 'google-merchant-example.csv',
    type: 'text/csv',
    text: [
      'id,title,description,image_link,price,brand,product_type,color,availability',
      `MUG-1,Stoneware mug,Holds 350 ml.,https://example.com/mug.jpg,14.50 ${currency},Kiln,Kitchen > Mugs,blue,in_stock`,
      '',
    ].join('\n'),
  }),
  icecat: () => ({
    file: 'icecat-example.ndjson',
    type: 'application/x-ndjson',
    text: `${JSON.stringify({
      id: 1001,
      title: 'LaserJet printer, 30 pages a minute',
      supplier: 'Printwell',
      short_description: 'A quiet printer for a small office.',
      price: 24900,
      img_high: 'https://example.com/printer.jpg',
      attr_t_colour: 'white',
      attr_n_weight_kg: 7.5,
      attr_b_duplex: true,
    })}\n`,
  }),
};

export const importFormats = Object.keys(importExamples) as ImportFormat[];
