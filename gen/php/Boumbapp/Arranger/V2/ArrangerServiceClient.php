<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Arranger\V2;

/**
 * The arranger. It plans a piece once, and lets melody and drums compose its parts, which know of each other.
 */
class ArrangerServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version and limits.
     * @param \Boumbapp\Arranger\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Arranger\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.arranger.v2.ArrangerService/Info',
        $argument,
        ['\Boumbapp\Arranger\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Composes several parts: Started with all tracks, then a BarReady for each bar of each part, in playing order: bar k of
     * every part comes before bar k+1 of any. A part whose expert is away is named by a Notice; the others go on, and its
     * bars follow when the expert is back. The same request with the same seed gives the same bars, and a part has the same
     * bars whichever other parts are asked for. A client that lost the stream sends the request again with the seed and its
     * bars.
     * @param \Boumbapp\Arranger\V2\ComposeRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Compose(\Boumbapp\Arranger\V2\ComposeRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.arranger.v2.ArrangerService/Compose',
        $argument,
        ['\Boumbapp\Arranger\V2\ComposeResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Edits an arrangement by words, in French or English. The expert of each part reads them, and changes what they say of
     * it; what they do not name stays as it is, bar for bar. Words that no part can follow are refused with what could be
     * said instead.
     * @param \Boumbapp\Arranger\V2\RefineRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Refine(\Boumbapp\Arranger\V2\RefineRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.arranger.v2.ArrangerService/Refine',
        $argument,
        ['\Boumbapp\Arranger\V2\RefineResponse', 'decode'],
        $metadata, $options);
    }

}
