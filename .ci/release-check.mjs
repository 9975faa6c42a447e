#!/usr/bin/env node
// Checks whether a tag can be released. The release workflow runs it with the variables that GitHub sets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const read = (name) => readFileSync(join(import.meta.dirname, '..', name), 'utf8')
const { version, repository } = JSON.parse(read('package.json'))
const { GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: home } = process.env

const problems = [
  tag !== `v${version}` && `The tag is ${tag}, the version in package.json ${version}.`,
  !read('CHANGELOG.md').includes(`\n## [${version}]`) && `CHANGELOG.md has no section [${version}].`,
  // npm rejects a provenance that names another repository than the package.
  !new RegExp(`github\\.com[/:]${home}(\\.git)?$`).test(repository?.url ?? '') &&
    `"repository" in package.json does not name ${home}. Set its "url" to git+https://github.com/${home}.git, the only place for this address.`,
].filter(Boolean)

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
