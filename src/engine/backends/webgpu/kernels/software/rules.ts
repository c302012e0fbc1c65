// Rules by which kernels choose their variants: those of GPUs, and of devices that run on the CPU.
import { isSoftware } from '../../device.ts'

export interface DeviceRules {
  /** Invocations of a workgroup share numbers. Otherwise barriers cost more than they save. */
  sharesMemory: boolean
  /** Only hundreds of workgroups keep the device busy. */
  needsManyWorkgroups: boolean
  /** Kernels normalise, activate and upsample what they read. Otherwise it is a tensor before. */
  fusesInputs: boolean
  /**
   * A kernel computes several gradients, adds the gradient so far, or stores half precision.
   * Otherwise kernels that cannot are faster.
   */
  fusesGradients: boolean
  /** Compiling takes less time than the kernels save. */
  compilesFast: boolean
}

const hardware: DeviceRules = {
  sharesMemory: true,
  needsManyWorkgroups: true,
  fusesInputs: true,
  fusesGradients: true,
  compilesFast: true,
}

const software: DeviceRules = {
  sharesMemory: false,
  needsManyWorkgroups: false,
  fusesInputs: false,
  fusesGradients: false,
  compilesFast: false,
}

export const rulesFor = (device: Pick<GPUDevice, 'adapterInfo'>): DeviceRules =>
  isSoftware(device) ? software : hardware
