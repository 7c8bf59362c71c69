// Goal: whoever signs in goes on to a page of this shop and never to another site, whatever the address says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPath, withNext } from './next-path.ts';

test('a path of this shop is taken as it is, with its query', () => {
  const paths = [
    '/',
    '/cart',
    '/orders?page=2',
    '/search?q=a%2F%2Fb&sort=newest',
    '/c/Home%2FGarden',
    '/p/1/caf%C3%A9',
  ];
  for (const path of paths) assert.equal(nextPath(path), path);
});

test('nothing, or what is no path, leads to the account', () => {
  for (const next of [undefined, '', 'cart', '?q=1', '#top']) assert.equal(nextPath(next), '/account', String(next));
});

test('another site is refused in every spelling', () => {
  const others = [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/%2Fevil.example',
    '/%2fevil.example',
    '/%5Cevil.example',
    '/%252Fevil.example',
    '/\t/evil.example',
    '/%09/evil.example/../..//x',
    '/\n/evil.example',
    ' //evil.example',
    '/ /evil.example',
    '/..//evil.example',
    '/./\\evil.example',
    '/%2e%2e//evil.example',
    '/cart\\..\\evil',
    '/%',
    '/%c3',
    '/ca\u0000rt',
    '/\u2215evil.example',
  ];
  for (const next of others) assert.equal(nextPath(next), '/account', JSON.stringify(next));
});

test('nobody is led in circles', () => {
  for (const next of ['/login', '/login?next=/login', '/signup', '/logout']) assert.equal(nextPath(next), '/account');
});

test('a link keeps where to go on, and says nothing of the account, where everybody goes', () => {
  assert.equal(withNext('/login', '/account'), '/login');
  assert.equal(withNext('/signup', '/search?q=a&page=2'), '/signup?next=%2Fsearch%3Fq%3Da%26page%3D2');
});
