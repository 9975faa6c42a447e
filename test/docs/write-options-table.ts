import { readFileSync, writeFileSync } from 'node:fs'
import { withOptions } from './options-table.ts'

const page = new URL('../../docs/reference/options.md', import.meta.url)
writeFileSync(page, withOptions(readFileSync(page, 'utf8')))
