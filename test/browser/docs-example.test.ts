import { expect, it } from 'vitest'
import { createExampleProject } from '../docs/example-project.ts'

it('runs the Playwright example of the guides', async () => {
  using project = createExampleProject()
  const { CHROMIUM = '/usr/bin/chromium' } = process.env
  expect(await project.runScript('test:playwright', { CHROMIUM })).toMatch(/1 passed/)
})
