import { only } from './only.js'

/** The simulator, which stryker.config.js leaves out. */
export default only('simulator')
