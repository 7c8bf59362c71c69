import { systemClock } from '#platform/clock';
import type { Gateway } from '../../src/payments/gateway.ts';
import { type StripeGatewayOptions, stripeGateway } from '../../src/payments/stripe/stripe-gateway.ts';
import { type StripeDouble, startStripeDouble } from '../doubles/stripe.ts';
import { SHOP_ID } from './gateway-world.ts';
import { paymentShop } from './payment-shop.ts';

/** The adapter, with the double behind it. */
export function stripeAt(double: StripeDouble, options: Partial<StripeGatewayOptions> = {}): Gateway {
  const { secretKey, webhookSecret, url } = double;
  return stripeGateway({
    ...{ secretKey, webhookSecrets: [webhookSecret], apiUrl: url, shopId: SHOP_ID, clock: systemClock },
    returnUrl: order_id => `https://shop.example/orders/${order_id}`,
    ...options,
  });
}

/** The payments module with Stripe's adapter and the double behind it, whose webhooks arrive. */
export async function stripeShop(
  t: Parameters<typeof paymentShop>[0],
  options: Parameters<typeof startStripeDouble>[1] = {},
) {
  const double = await startStripeDouble(t, options);
  const stripe = stripeAt(double);
  const shop = await paymentShop(t, { gateways: [stripe] });
  const webhookUrl = `${shop.url}/api/webhooks/payments/stripe`;
  double.setWebhookUrl(webhookUrl);
  return { ...shop, ...{ double, stripe, webhookUrl }, order: () => shop.order('pm_card_visa') };
}

export type StripeShop = Awaited<ReturnType<typeof stripeShop>>;
