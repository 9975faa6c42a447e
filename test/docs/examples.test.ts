import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExampleProject, type ExampleProject } from './example-project.ts'

describe('the examples of the guides', () => {
  let project: ExampleProject
  beforeAll(() => {
    project = createExampleProject()
  }, 60_000)
  afterAll(() => {
    project[Symbol.dispose]()
  })

  it.each([
    { script: 'test:vitest', says: /Tests {2}5 passed/ },
    { script: 'test:jest', says: /Tests: +3 passed, 3 total/ },
    { script: 'test:mocha', says: /1 passing/ },
  ])(
    'run as they are written: npm run $script',
    async ({ script, says }) => {
      expect(await project.runScript(script)).toMatch(says)
    },
    60_000,
  )
})
