import { readFileSync, writeFileSync } from 'node:fs'
import { withFaults } from './faults-table.ts'

const page = new URL('../../docs/reference/simulator.md', import.meta.url)
writeFileSync(page, withFaults(readFileSync(page, 'utf8')))
