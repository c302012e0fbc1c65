// 여러 분류의 노드가 함께 하는 말.
export const shared = {
  'of x_t': 'x_t의 타임스텝',
  'the one the model was trained with': '모델이 학습한 스케줄',
  'trained or exact': '학습한 모델이나 정확한 모델',
  'labels, one per item or one for all': '레이블, 항목마다 하나 또는 모두에 하나',
  'of the higher solver, and how often a step asks the model': '높은 쪽 솔버의 차수이자, 한 단계에 모델에게 묻는 횟수',
  'how far the two may be apart, against the size of x: smaller is finer and slower':
    'x의 크기에 견주어 두 솔버가 벌어져도 되는 정도. 작을수록 정밀하고 느립니다',
  'how far in any case: 0.0078 is one of 256 shades': '어쨌든 허용하는 정도: 0.0078은 256 계조 가운데 하나',
  'hold the predicted x_0 in the range of the data; auto: for images only, which alone are known to have one; dynamic: thresholding by the sizes of each image (Imagen), not for latents':
    '예측한 x_0을 데이터의 범위 안에 둡니다. auto: 이미지만, 범위를 아는 것은 이미지뿐이라; dynamic: 이미지마다 값의 크기로 임계를 정함(Imagen), 잠재 변수에는 쓰지 않음',
  'the range is from minus this to this': '범위는 이 값의 음수부터 이 값까지',
  'the share of sizes that is to stay': '그대로 둘 크기의 비율',
  'the largest threshold': '가장 큰 임계',
  'from its Start': '짝이 되는 Start에서',
  'at t_prev, by the higher solver': 't_prev에서, 높은 쪽 솔버로',
  'the same by the lower solver': '같은 것을 낮은 쪽 솔버로',
  'how far they are apart; 1 is what is allowed': '둘이 벌어진 정도. 1이 허용치입니다',
  'to its End': '짝이 되는 End로',
  'how many values a pixel can have, evenly from -1 to 1: 256 for 8 bits, 17 for digits; 0: any. Points can have any':
    '픽셀 하나가 가질 수 있는 값의 수, -1에서 1까지 고르게: 8비트는 256, 숫자 데이터는 17; 0이면 아무 값이나. 점은 아무 값이나 가집니다',
  'equal seeds start with equal weights': '시드가 같으면 같은 가중치에서 시작합니다',
  'from Predict': 'Predict에서',
  'at t': 't에서의 데이터',
  'where the step leads; -1 is clean data': '이 단계가 이르는 곳. -1은 깨끗한 데이터',
  'at t_prev': 't_prev에서의 데이터',
  'the noise against the signal at which the model gives back what it gets: that of Precondition':
    '모델이 받은 것을 그대로 돌려주는, 신호에 견준 노이즈: Precondition의 값',
  'equal seeds draw equal numbers': '시드가 같으면 같은 수를 뽑습니다',
  'share of fresh noise: 0 none, always the same way; 1 as DDPM': '새 노이즈의 몫: 0이면 없음, 늘 같은 길; 1이면 DDPM과 같음',
  'after clipping, take the noise that belongs to the clipped x_0 (use_clipped_model_output of diffusers, off there); without, guided sampling with clipping breaks':
    '클리핑한 뒤 그 x_0에 맞는 노이즈를 씁니다(diffusers의 use_clipped_model_output, 거기서는 꺼져 있음). 끄면 가이던스와 클리핑을 함께 쓸 때 샘플이 망가집니다',
  'of the noise: fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to':
    '노이즈의 분산: fixed_small은 사후 분포의 분산, fixed_large는 beta, learned는 모델이 분산도 말하게 만들어졌을 때 그 값',
  'how many predictions a step is made of: 1 is DDIM': '한 단계를 만드는 예측의 수: 1이면 DDIM',
  'the last steps have lower orders, which ends better with few steps; DPM-Solver and DEIS: in lists of fewer than 15':
    '마지막 단계들의 차수를 낮춥니다. 단계가 적을 때 끝이 더 좋습니다. DPM-Solver와 DEIS는 15단계 미만일 때만',
  'a row': '한 줄',
  'of the rows, with commas between': '줄의 이름, 쉼표로 구분',
  'labels, -1 for none; unwired: none': '레이블, 없으면 -1. 연결하지 않으면 없음',
  'orders of the last steps: with n steps, 2 makes 3 n - 1 evaluations; 1, 3 n - 2; 2 and 1, 3 n - 3':
    '마지막 단계들의 차수: n단계일 때 2는 평가 3 n - 1번; 1은 3 n - 2번; 2와 1은 3 n - 3번',
  'how the change of the prediction counts: midpoint and heun as in diffusers, where third order converges as second does in the end; exact: integrated in full, for many steps':
    '예측의 변화를 세는 방법: midpoint와 heun은 diffusers와 같으며, 3차도 끝내는 2차처럼 수렴함; exact: 온전히 적분하며, 많은 단계에 씀',
  'share of fresh noise: 0 none, always the same way; 1 as the posterior has':
    '새 노이즈의 몫: 0이면 없음, 늘 같은 길; 1이면 사후 분포와 같음',
  'factor on fresh noise; a little above 1 makes up for lost detail':
    '새 노이즈에 곱하는 값. 1보다 조금 크면 잃은 세부를 메웁니다',
  'where the model is asked again: the share of the way in lambda': '모델에게 다시 묻는 곳: lambda로 잰 길의 비율',
  'the last step is of first order': '마지막 단계를 1차로',
  'noise added before steps, over all of them together, to forget errors: 0 none, 40 much':
    '오차를 잊도록 단계 앞에서 더하는 노이즈, 모든 단계를 합친 양: 0이면 없음, 40이면 많음',
  'churn only where the noise against the signal, sigma / alpha, is at least this':
    '신호에 견준 노이즈 sigma / alpha가 이 값 이상인 곳에서만 churn을 합니다',
  'churn only where it is at most this': '이 값 이하인 곳에서만 churn을 합니다',
  'clean data': '깨끗한 데이터',
  '1: as Euler; above: how far past the prediction': '1: Euler와 같음; 더 크면: 예측을 지나서 가는 정도',
  'the same data with noise': '같은 데이터에 노이즈가 낀 것',
  'of betas': 'beta 스케줄',
  'how many steps': '단계의 수',
  'spread of the data in the boundary condition, which keeps x_t at t = 0; 0: none':
    't = 0에서 x_t를 그대로 두는 경계 조건의 데이터가 퍼진 정도. 0이면 없음',
  'k, what t is multiplied by in the boundary condition': 'k, 경계 조건에서 t에 곱하는 값',
  'how many evaluations are joined; 1 is Euler': '이어 쓰는 평가의 수. 1이면 Euler',
  'points [b, dim]': '점 [b, dim]',
  'pictures [b, h, w, c]': '이미지 [b, h, w, c]',
  'the first step alone has two evaluations, and no step four: PLMS, as Stable Diffusion':
    '첫 단계만 평가를 두 번 하고, 네 번 하는 단계는 없습니다: Stable Diffusion의 PLMS',
  'what is extrapolated: epsilon, as in the paper; output, what the model says itself, as diffusers, where a model of v loses an order by it':
    '외삽하는 것: epsilon은 논문과 같음; output은 diffusers처럼 모델이 말한 것 그대로이며, v 모델은 그 때문에 차수를 하나 잃음',
  'where the step leads; unwired: t - 1': '이 단계가 이르는 곳. 연결하지 않으면 t - 1',
  'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest':
    'data: -1은 검정, 1은 하양, 넘는 것은 자름; auto: 가장 작은 값부터 가장 큰 값까지',
  'whose timesteps': '타임스텝을 뽑을 스케줄',
  '0, 1, 2, ...': '0, 1, 2, ...',
  'what the model said of x_t': '모델이 x_t에 대해 말한 것',
  'how many predictions the predictor is made of': '예측자를 만드는 예측의 수',
  'how many the corrector is made of, with the one at its end; 0: no corrector':
    '수정자를 만드는 예측의 수, 끝점의 것을 포함. 0이면 수정하지 않음',
  'how much fresh noise: 0 none, 1 as the reverse process has': '새 노이즈의 양: 0이면 없음, 1이면 역과정과 같음',
  'fresh noise only in steps from this t on ...': '새 노이즈는 이 t부터 ...',
  '... to this; in the terms of the schedule': '... 이 t까지의 단계에만. 스케줄의 단위로',
  'share of the way to clean data that is gone too far: gamma of the paper':
    '깨끗한 데이터 쪽으로 더 지나쳐 가는 비율: 논문의 gamma',
  'made of predictions of x_0; off: of the noise': 'x_0 예측으로 만듭니다. 끄면 노이즈 예측으로',
  'so many steps, from the first, are not corrected: 1 or 2 with strong guidance':
    '처음 이만큼의 단계는 수정하지 않습니다. 가이던스가 강하면 1이나 2',
}
