// The panel of a node whose type is not known here: whose it is, what is kept of it, and what can be done with it.
import type { Foreign } from '../nodes/workflow/file.ts'
import type { LGraphNode } from './canvas.ts'
import { useEditor } from './context.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'
import { typeColour } from './theme.ts'

export function Unknown({ node }: { node: LGraphNode }) {
  const { stage, commands } = useEditor()
  const { panel } = texts
  const { foreign } = (stage.graph.extra.diffusion ?? {}) as { foreign?: Foreign }
  const slots = { [panel.inputs]: node.inputs ?? [], [panel.outputs]: node.outputs ?? [] }
  return (
    <>
      <section class="section head">
        <h2>{node.getTitle()}</h2>
        <p class="kind">{[node.type, packageOf(node)].filter(Boolean).join(' · ')}</p>
        <p class="summary">
          {foreign?.format.startsWith('comfyui') ? panel.unknownOf('ComfyUI') : panel.unknown} {panel.unknownKept}
        </p>
      </section>
      <section class="section">
        <h3>{panel.cure}</h3>
        <p class="summary">{panel.unknownCure}</p>
        <div class="ways">
          {[commands.replace, commands.deleteThrough].map(({ label, run }) => (
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
                    <span class="dot" style={{ '--tint': typeColour(type, state.dark.value) }} />
                    <span>
                      <code>{name}</code> <span class="type">{type === '*' ? panel.anything : String(type)}</span>
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

/** The package that ComfyUI says the node is of, and its version. */
function packageOf({ properties }: LGraphNode): string | undefined {
  const { cnr_id: name, ver } = properties as { cnr_id?: unknown; ver?: unknown }
  return typeof name === 'string' ? [name, typeof ver === 'string' && ver].filter(Boolean).join(' ') : undefined
}
