import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'mocha'
import { readyUser, startSimulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'
import { createApp } from '../app.js'
import { visit } from '../visit.js'

let op, server

before(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  op = await startSimulator()
  const url = `http://127.0.0.1:${server.address().port}`
  op.register({ callbackURL: `${url}/auth/callback`, backChannelLogoutURL: `${url}/back-channel-logout` })
  server.on('request', createApp(op.options))
})
after(async () => {
  server.close()
  await op.close()
})

test('ends the session when the user signs out in another service', async () => {
  const agent = request.agent(server)
  const before = await visit(agent, op, '/dragons')
  assert.equal(before.text, 'Dragons of typical@example.com')

  const [logout] = await op.signOut(readyUser('typical').sub)
  assert.equal(logout.delivered, true)

  const after = await visit(agent, op, '/')
  assert.equal(after.text, 'Nobody is signed in')
})
