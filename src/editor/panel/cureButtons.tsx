// Buttons that cure a fault in one click.
import type { Fault } from '../../engine/messages/fault.ts'
import { useBackup } from '../backup/services.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import { findCures } from './cures.ts'

export function CureButtons({ fault }: { fault: Fault }) {
  const services = useBackup()
  subscribeToGraph()
  const cures = findCures(services, fault)
  if (cures.length === 0) return null
  return (
    <div class="ways">
      {cures.map(({ label, run }) => (
        <button key={label} type="button" class="button outline small" onClick={run}>
          {label}
        </button>
      ))}
    </div>
  )
}
