// Goal: parts that know nothing of each other can share a metric, and one broken part hides no figure.
// Method: the text that Prometheus would read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';

test('a name asked for twice is one metric; two registries share nothing', async () => {
  const metrics = createMetrics();
  metrics.counter('orders_total', 'Orders', ['kind']).inc({ kind: 'guest' });
  metrics.counter('orders_total', 'Orders', ['kind']).inc({ kind: 'guest' }, 2);
  metrics.histogram('wait_seconds', 'Wait').observe(0.002);
  metrics.histogram('wait_seconds', 'Wait').observe(3);
  const text = await metrics.text();
  assert.match(text, /doorbuster_orders_total\{kind="guest"\} 3/);
  assert.match(text, /doorbuster_wait_seconds_count 2/);
  assert.match(text, /doorbuster_process_cpu_seconds_total/);
  assert.doesNotMatch(await createMetrics().text(), /orders_total/);
});

test('collectors of one gauge add up to one list; one that fails or has ended is left out', async () => {
  const metrics = createMetrics();
  const labels = ['part'];
  metrics.gauge('queue', 'Queue', () => [{ labels: { part: 'a' }, value: 1 }], labels);
  const end = metrics.gauge('queue', 'Queue', async () => [{ labels: { part: 'b' }, value: 2 }], labels);
  metrics.gauge('queue', 'Queue', () => Promise.reject(new Error('away')), labels);
  metrics.gauge('depth', 'Depth', () => 7);
  const text = await metrics.text();
  assert.match(text, /doorbuster_queue\{part="a"\} 1/);
  assert.match(text, /doorbuster_queue\{part="b"\} 2/);
  assert.match(text, /doorbuster_depth 7/);
  end();
  assert.doesNotMatch(await metrics.text(), /part="b"/);
});
