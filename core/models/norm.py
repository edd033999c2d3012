"""Batch normalization that trains fast on a CPU."""

import keras
from keras import layers, ops


class FusedBatchNormalization(layers.BatchNormalization):
    """Keras's layer with one kernel for the whole step where TensorFlow has it.

    Keras casts bfloat16 maps to float32, takes their moments and scales them in passes of
    their own, which took half the time of a training step. The fused kernel divides the batch
    variance by n - 1 where Keras divides by n; of maps with thousands of values a channel
    nothing is left of that.
    """

    def call(self, inputs, training=None, mask=None):
        fused = len(inputs.shape) == 4 and keras.backend.backend() == "tensorflow"
        if not training or not fused or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=ops.cast(self.gamma, "float32"),
            offset=ops.cast(self.beta, "float32"),
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=self.epsilon,
            is_training=True,
        )
        for average, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + now * (1.0 - self.momentum))
        return outputs
