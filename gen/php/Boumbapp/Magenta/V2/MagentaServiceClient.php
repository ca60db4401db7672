<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Magenta\V2;

/**
 * The Magenta expert. It knows no other service; what it makes is inside the constraints that it is given.
 */
class MagentaServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version, models and limits.
     * @param \Boumbapp\Magenta\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Magenta\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.magenta.v2.MagentaService/Info',
        $argument,
        ['\Boumbapp\Magenta\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Every bundle of the models folder, and whether it can be used.
     * @param \Boumbapp\Magenta\V2\ListModelsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListModels(\Boumbapp\Magenta\V2\ListModelsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.magenta.v2.MagentaService/ListModels',
        $argument,
        ['\Boumbapp\Magenta\V2\ListModelsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Continues a primer: Started at once, a BarReady as each bar is sampled, Completed.
     * The same request with the same seed gives the same bars.
     * @param \Boumbapp\Magenta\V2\ContinueRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Continue(\Boumbapp\Magenta\V2\ContinueRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.magenta.v2.MagentaService/Continue',
        $argument,
        ['\Boumbapp\Magenta\V2\ContinueResponse', 'decode'],
        $metadata, $options);
    }

}
