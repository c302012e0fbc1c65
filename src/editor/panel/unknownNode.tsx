// Panel of a node of an unknown type: its program, its slots, and ways to replace or delete it.
import { useRunning } from '../running/services.ts'
import { getCommand } from '../ui/commands.ts'
import type { ForeignOriginal } from '../../workflow/file.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { isDark } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { typeColour } from '../ui/theme.ts'

export function UnknownNode({ node }: { node: LGraphNode }) {
  const { stage } = useRunning()
  const { panel } = texts
  const { foreign } = (stage.graph.extra.diffusion ?? {}) as { foreign?: ForeignOriginal }
  const slots = { [panel.inputs]: node.inputs ?? [], [panel.outputs]: node.outputs ?? [] }
  return (
    <>
      <section class="section head">
        <h2>{node.getTitle()}</h2>
        <p class="kind">{[node.type, formatPackage(node)].filter(Boolean).join(' · ')}</p>
        <p class="summary">
          {foreign?.format.startsWith('comfyui') ? panel.unknownOf('ComfyUI') : panel.unknown}{' '}
          {panel.unknownKept}
        </p>
      </section>
      <section class="section">
        <h3>{panel.cure}</h3>
        <p class="summary">{panel.unknownCure}</p>
        <div class="ways">
          {[getCommand('replace'), getCommand('deleteAndReconnect')].map(({ label, run }) => (
            <button key={label} type="button" class="button outline small" onClick={() => run()}>
              {label}
            </button>
          ))}
        </div>
      </section>
      {Object.entries(slots).map(
        ([title, some]) =>
          some.length > 0 && (
            <section key={title} class="section">
              <h3>{title}</h3>
              <ul class="slots">
                {some.map(({ name, type }, i) => (
                  <li key={i}>
                    <span class="dot" style={{ '--tint': typeColour(type, isDark.value) }} />
                    <span>
                      <code>{name}</code>{' '}
                      <span class="type">{type === '*' ? panel.anything : String(type)}</span>
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  )
}

/** ComfyUI package of a node, with its version. */
function formatPackage({ properties }: LGraphNode): string | undefined {
  const { cnr_id: name, ver } = properties as { cnr_id?: unknown; ver?: unknown }
  return typeof name === 'string'
    ? [name, typeof ver === 'string' && ver].filter(Boolean).join(' ')
    : undefined
}
