<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Melody\V2;

/**
 * The melody expert. It asks theory what is allowed and lets theory check every bar.
 */
class MelodyServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version, engines and limits.
     * @param \Boumbapp\Melody\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Melody\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.melody.v2.MelodyService/Info',
        $argument,
        ['\Boumbapp\Melody\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Composes a part from a prompt: Started at once, a BarReady as each bar is made, Completed.
     * The same request with the same seed gives the same bars. A client that lost the stream sends the
     * request again with the seed that Started told and the bars it has; with all bars it gets none, and no error.
     * @param \Boumbapp\Melody\V2\ComposeRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Compose(\Boumbapp\Melody\V2\ComposeRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.melody.v2.MelodyService/Compose',
        $argument,
        ['\Boumbapp\Melody\V2\ComposeResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Edits a part by words, in French or English. What the words do not name stays as it is, note for note.
     * @param \Boumbapp\Melody\V2\RefineRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Refine(\Boumbapp\Melody\V2\RefineRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.melody.v2.MelodyService/Refine',
        $argument,
        ['\Boumbapp\Melody\V2\RefineResponse', 'decode'],
        $metadata, $options);
    }

}
