import { only } from './only.js'

/** The command, which stryker.config.js leaves out. */
export default only('cli')
