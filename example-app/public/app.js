/* global document */
import { initAll } from '/assets/govuk-frontend.js'
import { initCrossServiceHeader } from '/assets/service-header.js'
import { warnBeforeTimeout } from '/assets/timeout.js'

initAll()
initCrossServiceHeader()
const dialog = document.querySelector('.app-timeout')
if (dialog) warnBeforeTimeout(dialog)
