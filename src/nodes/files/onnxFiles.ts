// Models as ONNX files; loaded when one is saved.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import { OnnxError } from '../../engine/onnx/error.ts'
import { exportOnnx, onnxFileName } from '../../engine/onnx/export.ts'
import { sourceFromModel } from '../../engine/onnx/source.ts'
import type { OutputFile } from '../../engine/plan/op.ts'

interface About {
  schedule: ScheduleValue | undefined
  dataset: Dataset | undefined
}

/** Writes the files of a model. Throws NodeError for one that ONNX cannot express. */
export async function onnxFiles(
  model: Model,
  name: string,
  { schedule, dataset }: About,
): Promise<OutputFile[]> {
  try {
    const files = exportOnnx(await sourceFromModel(model), {
      schedule: schedule?.schedule,
      classNames: dataset?.classNames,
    })
    return files.map(({ part, bytes }) => ({
      name: onnxFileName(name || 'model', part),
      mime: 'application/octet-stream',
      bytes,
    }))
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error
    throw new NodeError({ slot: 'model', message: error.message, cure: error.cure })
  }
}
