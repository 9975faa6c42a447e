import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from '@playwright/test'
import { startSimulator } from 'passport-govuk-one-login/simulator'
import { createApp } from '../app.js'

let simulator, server, home

test.beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  home = `http://127.0.0.1:${server.address().port}`
  simulator = await startSimulator({ interactive: true })
  simulator.register({ callbackURL: `${home}/auth/callback`, postLogoutRedirectURL: `${home}/` })
  server.on('request', createApp(simulator.options))
})
test.afterAll(async () => {
  server.close()
  await simulator.close()
})

test('a user signs in, proves their identity and signs out', async ({ page }) => {
  await page.goto(`${home}/treasure`)
  await page.getByLabel('many-given-names').check()
  await page.getByRole('button', { name: 'Continue to the service' }).click()
  await page.getByLabel('Level of confidence').selectOption('P2')
  await page.getByRole('button', { name: 'Continue to the service' }).click()
  await expect(page).toHaveURL(`${home}/treasure`)
  await expect(page.locator('body')).toHaveText('Treasure of Alice Jane Laura Mary Anne van den Berg')

  await page.goto(`${home}/sign-out`)
  await expect(page.locator('body')).toHaveText('Nobody is signed in')
})
