import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'mocha'
import { readyUser, startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { createApp } from '../app.js'
import { visit } from '../visit.js'

// Mocha limits a hook to 2 seconds. Here there is no limit.
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}`
const simulator = await startSimulator()
simulator.register({
  callbackURL: `${url}/auth/callback`,
  backChannelLogoutURL: `${url}/back-channel-logout`,
})
server.on('request', createApp(simulator.options))
after(async () => {
  server.close()
  await simulator.close()
})

test('ends the session when the user signs out in another service', async () => {
  const agent = request.agent(server)
  const before = await visit(agent, simulator, '/dragons')
  assert.equal(before.text, 'Dragons of typical@example.com')

  const [logout] = await simulator.signOut(readyUser('typical').sub)
  assert.equal(logout.delivered, true)

  const after = await visit(agent, simulator, '/')
  assert.equal(after.text, 'Nobody is signed in')
})
