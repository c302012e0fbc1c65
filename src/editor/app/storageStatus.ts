// State of the browser's storage for the user: a banner while it does not work, and recovery.
import { effect } from '@preact/signals'
import type { Availability } from '../../storage/boundedValues.ts'
import { adoptSettings, settings } from '../storage/settings.ts'
import { isFramed } from '../storage/embedded.ts'
import {
  damagedRecords,
  forgetDamaged,
  storageAvailability,
  storeNames,
  type DamagedRecord,
} from '../storage/stores.ts'
import { refreshSavedNodes } from '../subgraph/savedNodeActions.ts'
import { applyLanguage, texts } from '../texts/texts.ts'
import { getCommand } from '../ui/commands.ts'
import { debounce } from '../ui/debounce.ts'
import { showToast, showWarning, type Banner } from '../ui/state.ts'
import { unsaved } from '../workspace/state.ts'
import type { Editor } from './services.ts'

/** Reports the state of the storage, and restores the last visit when it answers late. */
export function followStorage(editor: Editor) {
  let before = storageAvailability.peek().state
  effect(() => {
    const availability = storageAvailability.value
    showWarning(createBanner(availability))
    const recovered = before !== 'ready' && availability.state === 'ready'
    before = availability.state
    if (recovered) void recover(editor)
  })
  effect(warnBeforeLosing)
  followDamage(editor)
  addEventListener('focus', () => void editor.workspace.checkDeleted())
}

/** Delay after the last damaged record, in milliseconds: several stores are read at the start. */
const DAMAGE_DELAY = 500

/** Names records that were left out, and offers to delete them. */
function followDamage({ stores }: Editor) {
  const remove = async () => {
    // Some stores may not have been read yet.
    for (const name of storeNames) await stores[name].all()
    for (const { store, key } of damagedRecords.value) await stores[store].del(key)
    forgetDamaged()
  }
  const report = debounce(DAMAGE_DELAY, (records: readonly DamagedRecord[]) => {
    showToast(texts.storage.damaged(records.length), {
      text: describeDamage(records),
      error: true,
      action: { label: texts.storage.deleteDamaged, run: () => void remove() },
    })
  })
  effect(() => {
    const records = damagedRecords.value
    if (records.length) report.call(records)
    else report.cancel()
  })
}

/** Number of names in a message. */
const NAMED = 6

function describeDamage(records: readonly DamagedRecord[]): string {
  const { parts } = texts.backup
  const kinds: Record<DamagedRecord['store'], string> = {
    ...parts,
    runDetails: parts.runs,
    sweeps: parts.runs,
    views: texts.storage.views,
  }
  const names = records.slice(0, NAMED).map(({ store, name }) => `${kinds[store]}: ${name}`)
  if (records.length > NAMED) names.push('…')
  return `${names.join('; ')}. ${texts.storage.damagedHint}`
}

function createBanner(availability: Availability): Banner | undefined {
  const text = describeAvailability(availability)
  const download = { label: texts.commands.download, run: () => getCommand('download').run() }
  return text === undefined ? undefined : { text, actions: [download] }
}

function describeAvailability(availability: Availability): string | undefined {
  const { storage } = texts
  if (isFramed) return storage.framed
  if (availability.state === 'ready') return undefined
  if (availability.state === 'silent') return storage.silent
  return availability.problem === 'QuotaExceededError'
    ? storage.diskFull
    : storage.temporary(availability.problem)
}

async function recover(editor: Editor) {
  adoptSettings(await editor.library.loadSettings())
  await applyLanguage(settings.value.language)
  await editor.workspace.recoverTabs()
  await Promise.all([refreshSavedNodes(editor), editor.runs.load()])
  showToast(texts.storage.answers, { text: texts.storage.answersHint })
}

const warnAboutStorage = (event: BeforeUnloadEvent) => event.preventDefault()

/** Makes the browser ask before it closes the page while changes are only in memory. */
function warnBeforeLosing() {
  const isNeeded = storageAvailability.value.state !== 'ready' && unsaved.value
  if (isNeeded) addEventListener('beforeunload', warnAboutStorage)
  else removeEventListener('beforeunload', warnAboutStorage)
}
