import { generateKeyPairSync } from 'node:crypto'
import { createApp } from './app'

test('is created without a request to anything', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const callbackURL = 'http://localhost:3000/auth/callback'
  expect(
    createApp({ environment: 'integration', clientId: 'dragons', privateKey, callbackURL }),
  ).toBeDefined()
})
