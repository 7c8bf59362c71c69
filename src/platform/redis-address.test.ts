// Goal: REDIS_URL is read in each of its forms, and what is none of them is refused. Method: plain values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRedisUrl } from './redis-address.ts';

const PLAIN = { isCluster: false, tls: false, username: undefined, password: undefined, database: 0 };

test('one server has a host, and may have a port, a login and a database', () => {
  assert.deepEqual(parseRedisUrl('redis://cache'), { ...PLAIN, nodes: [{ host: 'cache', port: 6379 }] });
  assert.deepEqual(parseRedisUrl('redis://[::1]:80/'), { ...PLAIN, nodes: [{ host: '::1', port: 80 }] });
  const whole = parseRedisUrl('rediss://ann:p%40ss:word@cache.example:7000/3');
  const login = { username: 'ann', password: 'p@ss:word' };
  assert.deepEqual(whole, {
    ...PLAIN,
    ...login,
    tls: true,
    database: 3,
    nodes: [{ host: 'cache.example', port: 7000 }],
  });
  assert.equal(parseRedisUrl('redis://:secret@cache')?.password, 'secret');
});

test('several hosts, or the scheme that says so, are a cluster', () => {
  const nodes = [1, 2].map(n => ({ host: `10.0.0.${n}`, port: 7000 + n }));
  const cluster = { ...PLAIN, isCluster: true, nodes };
  assert.deepEqual(parseRedisUrl('redis://10.0.0.1:7001,10.0.0.2:7002'), cluster);
  assert.deepEqual(parseRedisUrl('redis-cluster://10.0.0.1:7001,10.0.0.2:7002'), cluster);
  assert.equal(parseRedisUrl('rediss-cluster://:pw@one')?.isCluster, true);
});

test('what is no address of a Redis is none', () => {
  const wrong = ['', 'redis://', 'http://cache', 'cache:6379', 'redis://a,', 'redis://a:x', 'redis://a:70000'];
  const odd = ['redis://a/b', 'redis://a/1/2', 'redis://a?x=1', 'redis://a,b/1', 'redis://%zz@a', 'redis://a b'];
  for (const text of [...wrong, ...odd]) assert.equal(parseRedisUrl(text), null, text);
});
