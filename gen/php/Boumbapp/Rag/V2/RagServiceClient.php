<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Rag\V2;

/**
 * The rag expert. Its answers come from its pages alone, and every sentence says from which.
 */
class RagServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version, pages, engines and limits.
     * @param \Boumbapp\Rag\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Rag\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.rag.v2.RagService/Info',
        $argument,
        ['\Boumbapp\Rag\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Finds the pages for a question or a prompt, the best first, with passages that fit a budget.
     * @param \Boumbapp\Rag\V2\RetrieveRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Retrieve(\Boumbapp\Rag\V2\RetrieveRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.rag.v2.RagService/Retrieve',
        $argument,
        ['\Boumbapp\Rag\V2\RetrieveResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Answers a question: ChatStarted at once, sentences as they are made, music where some was asked for, ChatCompleted.
     * @param \Boumbapp\Rag\V2\ChatRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Chat(\Boumbapp\Rag\V2\ChatRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.rag.v2.RagService/Chat',
        $argument,
        ['\Boumbapp\Rag\V2\ChatResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Lists what there are pages about.
     * @param \Boumbapp\Rag\V2\ListTopicsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListTopics(\Boumbapp\Rag\V2\ListTopicsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.rag.v2.RagService/ListTopics',
        $argument,
        ['\Boumbapp\Rag\V2\ListTopicsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * A whole page, such as one that an answer cites.
     * @param \Boumbapp\Rag\V2\GetPageRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetPage(\Boumbapp\Rag\V2\GetPageRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.rag.v2.RagService/GetPage',
        $argument,
        ['\Boumbapp\Rag\V2\GetPageResponse', 'decode'],
        $metadata, $options);
    }

}
