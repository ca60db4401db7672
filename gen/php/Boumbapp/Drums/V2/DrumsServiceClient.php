<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Drums\V2;

/**
 * The drums expert. It asks theory to understand prompts and lets theory check every bar.
 */
class DrumsServiceClient extends \Grpc\BaseStub {

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
     * @param \Boumbapp\Drums\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Drums\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.drums.v2.DrumsService/Info',
        $argument,
        ['\Boumbapp\Drums\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Composes a groove from a prompt: Started at once, a BarReady as each bar is made, Completed. The same request with
     * the same seed gives the same bars; a client that lost the stream sends it again with the seed and its bars.
     * @param \Boumbapp\Drums\V2\ComposeRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Compose(\Boumbapp\Drums\V2\ComposeRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.drums.v2.DrumsService/Compose',
        $argument,
        ['\Boumbapp\Drums\V2\ComposeResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Edits a groove by words, in French or English. What the words do not name stays as it is, hit for hit.
     * @param \Boumbapp\Drums\V2\RefineRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Refine(\Boumbapp\Drums\V2\RefineRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.drums.v2.DrumsService/Refine',
        $argument,
        ['\Boumbapp\Drums\V2\RefineResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Lists the styles that have a groove of their own.
     * @param \Boumbapp\Drums\V2\ListStylesRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListStyles(\Boumbapp\Drums\V2\ListStylesRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.drums.v2.DrumsService/ListStyles',
        $argument,
        ['\Boumbapp\Drums\V2\ListStylesResponse', 'decode'],
        $metadata, $options);
    }

}
