// 분류 steps(샘플링 단계)의 노드가 자신에 대해 하는 말.
export const steps = {
  // ConsistencyStep
  'Takes what a consistency model says of x_t for data with the least noise, and adds as much as t_prev has more: one step makes a picture, a few a better one.':
    'consistency 모델이 x_t를 보고 말하는, 노이즈가 가장 작은 데이터로 간 다음, t_prev에 더 있는 만큼 노이즈를 더합니다. 한 단계면 이미지가 되고, 몇 단계면 더 좋아집니다.',
  'what the model said of x_t, of any kind': '모델이 x_t에 대해 말한 것, 어느 종류든',
  'z; unwired: drawn by the seed, afresh in each step': 'z. 연결하지 않으면 단계마다 시드로 새로 뽑음',

  // DDIMStep
  'Makes one step from t to t_prev as DDIM does: to the predicted clean data with as much of the predicted noise as t_prev has. Goes up as well as down.':
    'DDIM처럼 t에서 t_prev로 한 단계 갑니다. 예측한 깨끗한 데이터에, 예측한 노이즈를 t_prev에 있는 만큼 더합니다. 내려갈 수도 올라갈 수도 있습니다.',
  'z, for eta above 0; unwired: drawn by the seed, afresh in each step':
    'z, eta가 0보다 클 때. 연결하지 않으면 단계마다 시드로 새로 뽑음',

  // DDPMStep
  'Makes one step from t to t_prev as DDPM does: to the mean of the posterior for the predicted clean data, and fresh noise on top.':
    'DDPM처럼 t에서 t_prev로 한 단계 갑니다. 예측한 깨끗한 데이터에 대한 사후 분포의 평균에 새 노이즈를 더합니다.',

  // DEISStep
  'Makes one step with the predicted noise as a polynomial, in the logarithm of noise against signal, through what the steps before have predicted. One evaluation a step.':
    '앞 단계들이 예측한 노이즈를 지나는, 노이즈 대 신호의 로그에 대한 다항식으로 한 단계 갑니다. 단계마다 평가 한 번입니다.',

  // DPMAdaptiveStep
  'Makes a step by two solvers of neighbouring orders that share their evaluations, and says how far they are apart. For the loop of AdaptiveSamplingStart.':
    '평가를 나누어 쓰는, 차수가 이웃한 두 솔버로 한 단계를 가고 둘이 벌어진 정도를 말합니다. AdaptiveSamplingStart의 반복에 씁니다.',
  'what the lower solver made of the step before': '앞 단계를 낮은 쪽 솔버로 푼 것',
  'trained or exact; asked two or three times a step': '학습한 모델이나 정확한 모델. 단계마다 두세 번 묻습니다',

  // DPMFastStep
  'Makes a step of DPM-Solver of third order, with three evaluations; the last steps have lower orders, so that a budget of evaluations is used up: 3 a step, less 1, 2 or 3. Made for timesteps that are even in the logarithm of sigma.':
    'DPM-Solver를 3차로, 평가 세 번에 한 단계 갑니다. 마지막 단계들은 차수를 낮추어 정해진 평가 수를 다 씁니다. 단계마다 3번, 모두에서 1, 2 또는 3번을 뺍니다. sigma의 로그에서 고른 타임스텝을 위해 만들어졌습니다.',
  'trained or exact; asked more than once a step': '학습한 모델이나 정확한 모델. 단계마다 여러 번 묻습니다',

  // DPMpp2MSDEStep
  'Solves the stochastic equation with one evaluation a step: reads from the step before how the prediction changes, and adds fresh noise. With eta 0 it is DPM-Solver++(2M).':
    '확률 미분 방정식을 단계마다 평가 한 번으로 풉니다. 예측의 변화를 앞 단계에서 읽고 새 노이즈를 더합니다. eta가 0이면 DPM-Solver++(2M)입니다.',

  // DPMpp2SAncestralStep
  'Asks the model again in the middle of the way and lets that prediction lead all of it, then adds fresh noise: two evaluations a step. Second order with eta 0.':
    '길의 가운데에서 모델에게 다시 물어 그 예측으로 끝까지 가고, 새 노이즈를 더합니다. 단계마다 평가 두 번이고, eta가 0이면 2차입니다.',
  'for eta above 0; unwired: drawn by the seed, afresh in each step':
    'eta가 0보다 클 때. 연결하지 않으면 단계마다 시드로 새로 뽑음',

  // DPMpp3MSDEStep
  'Solves the stochastic equation with one evaluation a step: reads from two steps before how the prediction changes and bends, and adds fresh noise.':
    '확률 미분 방정식을 단계마다 평가 한 번으로 풉니다. 예측이 변하고 굽는 정도를 두 단계 앞까지에서 읽고 새 노이즈를 더합니다.',

  // DPMppSDEStep
  'Solves the stochastic equation in two stages, each with fresh noise: asks the model again at the share r of the way, and continues what both predictions show.':
    '확률 미분 방정식을 저마다 새 노이즈가 있는 두 단으로 풉니다. 길의 비율 r에서 모델에게 다시 묻고, 두 예측이 보이는 것을 이어 갑니다.',
  'of the first stage, for eta above 0; that of the second is drawn by the seed; unwired: drawn by the seed, afresh in each step':
    '첫째 단의 노이즈, eta가 0보다 클 때. 둘째 단의 것은 시드로 뽑습니다. 연결하지 않으면 단계마다 시드로 새로 뽑음',

  // DPMSolverMultistepStep
  'Makes one step of DPM-Solver or DPM-Solver++: solves what is known of the way exactly, and reads from the steps before how the prediction changes along it. One evaluation a step.':
    'DPM-Solver나 DPM-Solver++를 한 단계 갑니다. 길에서 아는 부분은 정확히 풀고, 예측의 변화는 앞 단계들에서 읽습니다. 단계마다 평가 한 번입니다.',
  'z, for the algorithms sde-; unwired: drawn by the seed, afresh in each step':
    'z, sde-로 시작하는 알고리즘에. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  'dpmsolver++ is made of predictions of x_0, dpmsolver of those of the noise; with sde- fresh noise is added in each step':
    'dpmsolver++는 x_0 예측으로, dpmsolver는 노이즈 예측으로 만듭니다. sde-가 붙으면 단계마다 새 노이즈를 더합니다',

  // DPMSolverSinglestepStep
  'DPM-Solver that begins anew after every 2 or 3 transitions, which together are one step: what the first of them finds out helps the others, and nothing older. With strong guidance steadier than the multistep solver.':
    '두세 번 옮길 때마다 새로 시작하는 DPM-Solver입니다. 그 묶음이 한 단계이며, 첫 번에 알아낸 것이 나머지를 돕고 더 오래된 것은 쓰지 않습니다. 가이던스가 강하면 multistep 솔버보다 안정적입니다.',
  'how the change of the prediction counts; heun: integrated in full': '예측의 변화를 세는 방법. heun: 온전히 적분',

  // EulerAncestralStep
  'Makes a step of Euler that goes too far down, and adds fresh noise to come out at t_prev. The same as DDIM with this eta: with 1 it draws from the posterior, as DDPM does.':
    'Euler로 조금 지나치게 내려간 뒤 새 노이즈를 더해 t_prev에 맞춥니다. eta가 같은 DDIM과 같습니다. 1이면 DDPM처럼 사후 분포에서 뽑습니다.',

  // EulerChurnStep
  'Adds noise as s_churn says, asks the model where that has led, and makes a step of Euler from there: the stochastic sampler of EDM without its correction. One evaluation a step. (EulerStep adds the noise after the model was asked, as diffusers does.)':
    's_churn이 정하는 만큼 노이즈를 더하고, 이른 곳에서 모델에게 물어 거기서 Euler로 한 단계 갑니다. 수정자를 뺀 EDM의 확률적 샘플러입니다. 단계마다 평가 한 번입니다. (EulerStep은 diffusers처럼 모델에게 물은 뒤에 노이즈를 더합니다.)',
  'for s_churn above 0; unwired: drawn by the seed, afresh in each step':
    's_churn이 0보다 클 때. 연결하지 않으면 단계마다 시드로 새로 뽑음',

  // EulerStep
  'Makes one step along the straight line from x_t to the predicted clean data, as Euler does with any differential equation. The same as DDIM with eta 0; in a flow x_t + (s - t) v. With s_churn the noise is added after the model was asked, as in diffusers; EulerChurnStep asks where the noise has led, as in k-diffusion.':
    '어느 미분 방정식에나 쓰는 Euler처럼, x_t에서 예측한 깨끗한 데이터로 곧은 선을 따라 한 단계 갑니다. eta가 0인 DDIM과 같고, flow에서는 x_t + (s - t) v입니다. s_churn을 쓰면 diffusers처럼 모델에게 물은 뒤에 노이즈를 더합니다. EulerChurnStep은 k-diffusion처럼 노이즈가 이른 곳에서 묻습니다.',

  // GradientEstimationStep
  'Makes one step as Euler does, but goes past the predicted noise, away from what was predicted a step before: both err alike, the older one more.':
    'Euler처럼 한 단계 가되, 앞 단계의 예측에서 멀어지는 쪽으로 예측한 노이즈를 지나서 갑니다. 둘은 비슷하게 틀리고, 오래된 쪽이 더 틀립니다.',

  // HeunStep
  'Makes a step as Euler does, asks the model again where it led, and goes the mean of both ways: two evaluations a step, and second order. With s_churn the stochastic sampler of EDM.':
    'Euler로 한 단계 가서 이른 곳에서 모델에게 다시 묻고, 두 길의 평균으로 갑니다. 단계마다 평가 두 번이고 2차입니다. s_churn을 쓰면 EDM의 확률적 샘플러입니다.',

  // IPNDMStep
  'Extrapolates the predicted noise from four steps, and goes as DDIM does with it; the first steps from as many as there are. One evaluation a step.':
    '네 단계에서 노이즈 예측을 외삽해 DDIM처럼 갑니다. 처음 단계들은 있는 만큼만 씁니다. 단계마다 평가 한 번입니다.',

  // KDPM2AncestralStep
  'Makes a step of KDPM2 that goes too far down, and adds fresh noise to come out at t_prev: two evaluations a step.':
    'KDPM2로 조금 지나치게 내려간 뒤 새 노이즈를 더해 t_prev에 맞춥니다. 단계마다 평가 두 번입니다.',

  // KDPM2Step
  'Goes to the middle of the step, asks the model again there, and goes all the way with what it says: two evaluations a step, and second order.':
    '단계의 가운데로 가서 모델에게 다시 묻고, 그 말로 끝까지 갑니다. 단계마다 평가 두 번이고 2차입니다.',

  // LangevinStep
  'Corrects x_t where it is: a few steps of Langevin dynamics along the score, with fresh noise, which lead to the distribution of t. Put it before any step.':
    'x_t를 그 자리에서 고칩니다. 새 노이즈를 더하며 score를 따라 Langevin 동역학을 몇 단계 밟아 t의 분포로 이끕니다. 어느 단계 앞에나 놓으세요.',
  'trained or exact; asked once a step': '학습한 모델이나 정확한 모델. 단계마다 한 번 묻습니다',
  'at t still, corrected': '여전히 t에 있는, 고친 데이터',
  'r: how large a step is, as the signal against the noise that it adds': 'r: 단계의 크기, 더하는 노이즈에 견준 신호로',

  // LCMStep
  'Goes to the predicted clean data at once, and back up to t_prev with fresh noise: for models that were distilled to be right in one to four steps. With sigma_data 0 the stochastic sampler of flows.':
    '단번에 예측한 깨끗한 데이터로 갔다가 새 노이즈로 t_prev까지 올라옵니다. 한 단계에서 네 단계에 맞도록 증류한 모델에 씁니다. sigma_data가 0이면 flow의 확률적 샘플러입니다.',

  // LMSStep
  'Makes one step with what the model said here and in the steps before, continued by a polynomial: Adams-Bashforth for steps of any length. One evaluation a step.':
    '여기와 앞 단계들에서 모델이 말한 것을 다항식으로 이어 한 단계 갑니다. 길이가 제각각인 단계를 위한 Adams-Bashforth입니다. 단계마다 평가 한 번입니다.',

  // PNDMStep
  "Extrapolates the predicted noise from four steps, and goes as DDIM does with it. The first three steps are of Runge and Kutta's method, with four evaluations each.":
    '네 단계에서 노이즈 예측을 외삽해 DDIM처럼 갑니다. 처음 세 단계는 Runge-Kutta 방법으로, 평가가 네 번씩입니다.',

  // RePaintStep
  'Fills in: a step down keeps the known part of a picture, noised to where it leads, and makes the rest; a step up adds noise to both. Takes the way of RePaintTimesteps.':
    '빈 곳을 채웁니다. 내려가는 단계는 이미지의 아는 부분에 이른 곳만큼 노이즈를 더해 두고 나머지를 만듭니다. 올라가는 단계는 둘 다에 노이즈를 더합니다. RePaintTimesteps의 길을 따릅니다.',
  'what is known, clean': '아는 것, 깨끗한 채로',
  '1 where x_0 is known, 0 where it is to be filled in': 'x_0을 아는 곳은 1, 채울 곳은 0',
  'share of fresh noise in steps down: 1 as DDPM, 0 none': '내려가는 단계의 새 노이즈의 몫: 1이면 DDPM과 같음, 0이면 없음',
  'after clipping, take the noise that belongs to the clipped x_0': '클리핑한 뒤 그 x_0에 맞는 노이즈를 씁니다',

  // ReverseDiffusionStep
  'Makes one step of the stochastic equation that runs the forward process backward: as DDPM, by the score in the place of the posterior. Made for many small steps, with a LangevinStep before each.':
    '순방향 과정을 거꾸로 돌리는 확률 미분 방정식을 한 단계 갑니다. DDPM과 같되 사후 분포 대신 score를 씁니다. 앞에 LangevinStep을 둔 작은 단계 여럿을 위해 만들어졌습니다.',

  // SASolverStep
  'Corrects what the step before predicted, predicts the next, and adds as much fresh noise as tau says: much in the middle of the way, where it repairs errors, none at its ends.':
    '앞 단계가 예측한 것을 고치고, 다음을 예측하고, tau가 정하는 만큼 새 노이즈를 더합니다. 오차를 고치는 길 가운데에는 많이, 양 끝에는 더하지 않습니다.',
  'z, where tau is above 0; unwired: drawn by the seed, afresh in each step':
    'z, tau가 0보다 큰 곳에. 연결하지 않으면 단계마다 시드로 새로 뽑음',
  'whether they are of x_0 or of the noise': 'x_0의 예측인지 노이즈의 예측인지',

  // TCDStep
  'Goes along the predicted way past t_prev, to (1 - eta) of it, and back up with fresh noise: for models distilled to a few steps. eta 0 is DDIM.':
    '예측한 길을 t_prev를 지나 그 (1 - eta)까지 간 다음, 새 노이즈로 올라옵니다. 몇 단계로 증류한 모델에 씁니다. eta가 0이면 DDIM입니다.',

  // UniPCStep
  'Corrects what the step before predicted by what the model says of it, and predicts the next from there. The correction costs no evaluation and gains an order.':
    '앞 단계가 예측한 것을 모델이 거기서 말한 것으로 고치고, 다음을 예측합니다. 고치는 데 평가가 더 들지 않고 차수가 하나 오릅니다.',
  'B(h): bh2 is e^h - 1; bh1 is h, better with few steps without guidance, not for a step to clean data':
    'B(h): bh2는 e^h - 1; bh1은 h이며, 가이던스 없이 단계가 적을 때 더 좋고 깨끗한 데이터로 가는 단계에는 쓰지 못함',
}
