// Composes through the gateway with stubs made by buf. Usage: compose ADDRESS TOKEN PROMPT
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	melody "boumbapp.example/contract/boumbapp/melody/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

func main() {
	connection, err := grpc.Dial(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Args[2])
	stream, err := melody.NewMelodyServiceClient(connection).Compose(ctx, &melody.ComposeRequest{Prompt: os.Args[3]})
	if err != nil {
		log.Fatal(err)
	}
	for {
		response, err := stream.Recv()
		if err == io.EOF {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%T\n", response.GetEvent().GetEvent())
	}
}
