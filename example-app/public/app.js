/* global document */
import { initAll } from '/assets/govuk-frontend.js'
import { warnBeforeTimeout } from '/assets/timeout.js'

initAll()
const dialog = document.querySelector('.app-timeout')
if (dialog) warnBeforeTimeout(dialog)
