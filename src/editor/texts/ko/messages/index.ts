// 엔진과 노드의 메시지, 한국어. id마다 하나다. {name}은 값이 오는 자리이고, {name~}에 오는 값은 그것도 옮긴다.
// 노드, 슬롯, 파라미터의 이름은 그대로 둔다.
import { dropMessages } from '../../dropMessages.ts'
import { koDrops } from './drops.ts'
import { settingMessages, settingWords } from '../../../../nodes/messages/settings.ts'
import { koSettings, koSettingWords } from './settings.ts'
import { workflowMessages, workflowWords } from '../../../../nodes/messages/workflow.ts'
import { koWorkflow, koWorkflowWords } from './workflow.ts'
import { dataMessages, dataWords } from '../../../../nodes/messages/data.ts'
import { koData, koDataWords } from './data.ts'
import { lessonMessages } from '../../../../nodes/messages/lessons.ts'
import { koLessons } from './lessons.ts'
import { evaluateMessages } from '../../../../nodes/messages/evaluate.ts'
import { koEvaluate } from './evaluate.ts'
import { modelNodeMessages } from '../../../../nodes/messages/modelNodes.ts'
import { koModelNodes } from './modelNodes.ts'
import { torchMessages } from '../../../../nodes/messages/torch.ts'
import { koTorch } from './torch.ts'
import { samplingMessages } from '../../../../nodes/messages/sampling.ts'
import { koSampling } from './sampling.ts'
import { trainingNodeMessages } from '../../../../nodes/messages/trainingNodes.ts'
import { koTrainingNodes } from './trainingNodes.ts'
import { archiveMessages } from '../../../../engine/messages/archive.ts'
import { checkpointMessages } from '../../../../engine/messages/checkpoint.ts'
import { datasetMessages } from '../../../../engine/messages/datasets.ts'
import { schedulerMessages } from '../../../../engine/messages/schedulers.ts'
import { safetensorsMessages } from '../../../../engine/messages/safetensors.ts'
import { ditMessages } from '../../../../engine/messages/dit.ts'
import { vaeMessages } from '../../../../engine/messages/vae.ts'
import { onnxMessages } from '../../../../engine/messages/onnx.ts'
import { unetMessages, unetWords } from '../../../../engine/messages/unet.ts'
import {
  backendMessages,
  replayMessages,
  selfTestWords,
} from '../../../../engine/messages/backends.ts'
import { formulaMessages } from '../../../../engine/messages/formula.ts'
import { faultMessages } from '../../../../engine/messages/faults.ts'
import { layerMessages } from '../../../../engine/messages/layers.ts'
import { memoryMessages } from '../../../../engine/messages/memory.ts'
import { modelMessages, modelWords } from '../../../../engine/messages/models.ts'
import { paramMessages, paramWords } from '../../../../engine/messages/params.ts'
import { planMessages, planWords } from '../../../../engine/messages/plan.ts'
import { processMessages, processWords } from '../../../../engine/messages/process.ts'
import { slotWords } from '../../../../engine/messages/slots.ts'
import { trainingMessages, trainingWords } from '../../../../engine/messages/training.ts'
import {
  formulaCures,
  memoryCures,
  modelCures,
  processCures,
  trainingCures,
} from '../../../../nodes/messages/cures.ts'
import { layerCures } from '../../../../nodes/messages/layerCures.ts'
import { layerNodeMessages } from '../../../../nodes/messages/layerNodes.ts'
import { formulaNodeMessages } from '../../../../nodes/messages/formulaNode.ts'
import { hostMessages } from '../../../../nodes/messages/host.ts'
import { torchModelMessages } from '../../../../nodes/messages/torchModels.ts'
import type { Catalogue, SameKeys } from '../../../../engine/base/catalogue.ts'
import { createTranslator } from '../../translator.ts'
import { koArchive } from './archive.ts'
import { koSafetensors } from './safetensors.ts'
import { koCheckpoint } from './checkpoint.ts'
import { koSchedulers } from './schedulers.ts'
import { koDatasets } from './datasets.ts'
import { koDit } from './dit.ts'
import { koOnnx } from './onnx.ts'
import { koVae } from './vae.ts'
import { koUnet, koUnetWords } from './unet.ts'
import { koBackends, koReplay, koSelfTestWords } from './backends.ts'
import { koMemoryCures, koModelCures, koProcessCures, koTrainingCures } from './cures.ts'
import { koFaults } from './faults.ts'
import { koFormula, koFormulaCures, koFormulaNode } from './formula.ts'
import { koHost } from './host.ts'
import { koLayerCures, koLayerNodes, koLayers } from './layers.ts'
import { koMemory, koModels, koModelWords } from './models.ts'
import { koParams, koParamWords } from './params.ts'
import { koPlan, koPlanWords } from './plan.ts'
import { koProcess, koProcessWords } from './process.ts'
import { koSlots } from './slots.ts'
import { koTorchModels } from './torchModels.ts'
import { koTraining, koTrainingWords } from './training.ts'

export interface TranslatedMessage {
  id: string
  english: string
  translation: string
}

/** Pairs the messages of a catalogue with their translations. */
const pairCatalogue = <C extends Catalogue<Record<string, string>>>(
  catalogue: C,
  translations: SameKeys<C>,
): TranslatedMessage[] =>
  Object.entries(catalogue).map(([key, { id, text }]) => ({
    id,
    english: text,
    translation: translations[key as keyof C].replaceAll('~}', '}'),
  }))

export const sentences: readonly TranslatedMessage[] = [
  ...pairCatalogue(faultMessages, koFaults),
  ...pairCatalogue(planMessages, koPlan),
  ...pairCatalogue(paramMessages, koParams),
  ...pairCatalogue(processMessages, koProcess),
  ...pairCatalogue(processCures, koProcessCures),
  ...pairCatalogue(trainingMessages, koTraining),
  ...pairCatalogue(trainingCures, koTrainingCures),
  ...pairCatalogue(modelMessages, koModels),
  ...pairCatalogue(modelCures, koModelCures),
  ...pairCatalogue(layerMessages, koLayers),
  ...pairCatalogue(layerCures, koLayerCures),
  ...pairCatalogue(layerNodeMessages, koLayerNodes),
  ...pairCatalogue(torchModelMessages, koTorchModels),
  ...pairCatalogue(formulaMessages, koFormula),
  ...pairCatalogue(formulaCures, koFormulaCures),
  ...pairCatalogue(formulaNodeMessages, koFormulaNode),
  ...pairCatalogue(memoryMessages, koMemory),
  ...pairCatalogue(memoryCures, koMemoryCures),
  ...pairCatalogue(backendMessages, koBackends),
  ...pairCatalogue(replayMessages, koReplay),
  ...pairCatalogue(hostMessages, koHost),
  ...pairCatalogue(dropMessages, koDrops),
  ...pairCatalogue(settingMessages, koSettings),
  ...pairCatalogue(workflowMessages, koWorkflow),
  ...pairCatalogue(dataMessages, koData),
  ...pairCatalogue(evaluateMessages, koEvaluate),
  ...pairCatalogue(lessonMessages, koLessons),
  ...pairCatalogue(modelNodeMessages, koModelNodes),
  ...pairCatalogue(samplingMessages, koSampling),
  ...pairCatalogue(trainingNodeMessages, koTrainingNodes),
  ...pairCatalogue(torchMessages, koTorch),
  ...pairCatalogue(archiveMessages, koArchive),
  ...pairCatalogue(safetensorsMessages, koSafetensors),
  ...pairCatalogue(checkpointMessages, koCheckpoint),
  ...pairCatalogue(schedulerMessages, koSchedulers),
  ...pairCatalogue(datasetMessages, koDatasets),
  ...pairCatalogue(ditMessages, koDit),
  ...pairCatalogue(vaeMessages, koVae),
  ...pairCatalogue(unetMessages, koUnet),
  ...pairCatalogue(onnxMessages, koOnnx),
]

export const words: readonly TranslatedMessage[] = [
  ...pairCatalogue(planWords, koPlanWords),
  ...pairCatalogue(paramWords, koParamWords),
  ...pairCatalogue(slotWords, koSlots),
  ...pairCatalogue(processWords, koProcessWords),
  ...pairCatalogue(trainingWords, koTrainingWords),
  ...pairCatalogue(modelWords, koModelWords),
  ...pairCatalogue(selfTestWords, koSelfTestWords),
  ...pairCatalogue(workflowWords, koWorkflowWords),
  ...pairCatalogue(dataWords, koDataWords),
  ...pairCatalogue(settingWords, koSettingWords),
  ...pairCatalogue(unetWords, koUnetWords),
]

/** Translates a message of the engine into Korean, as far as it is known here. */
export const translateToKorean = createTranslator(
  Object.fromEntries([...sentences, ...words].map(({ id, translation }) => [id, translation])),
)
